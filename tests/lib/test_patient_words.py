"""Patients' words lead to the clinic's: abbreviations, brands, slips, words split and joined."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from faqlib import FAQ, Entry

ENTRIES = [
    Entry("How do I lower my blood pressure?", "Walk daily and eat less salt.", id="pressure"),
    Entry("Do you have an ear, nose and throat doctor?", "Yes, on Tuesdays.", id="throat"),
    Entry("Which over the counter medicines are safe?", "Ask the pharmacist.", id="counter"),
    Entry("Can I take acetaminophen?", "Up to the dose on the label.", id="acetaminophen"),
    Entry("Can I take ibuprofen before the procedure?", "Stop two days before.", id="ibuprofen"),
    Entry("Do you offer blood tests?", "Every morning.", id="blood"),
    Entry("When can I exercise after an injection?", "Rest for two days.", id="exercise"),
    Entry("Is a followup visit needed?", "After two weeks.", id="followup"),
    Entry("How do I get a prescription refill?", "Ask your pharmacy to send it.", id="refill"),
    Entry("Do you treat high cholesterol?", "Yes, with diet first.", id="cholesterol"),
    Entry("What is an EKG?", "A recording of your heart.", id="ekg"),
]


@pytest.fixture(scope="module")
def faq() -> Iterator[FAQ]:
    with FAQ(semantic=False) as made:
        made.add_all(ENTRIES)
        yield made


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("BP", "pressure"),
        ("ENT", "throat"),
        ("is anything otc safe", "counter"),
        ("can i have tylenol", "acetaminophen"),
        ("paracetamol ok?", "acetaminophen"),
        ("acetominophen", "acetaminophen"),
        ("advil", "ibuprofen"),
        ("motrin before procedure", "ibuprofen"),
        ("bloodtest", "blood"),
        ("follow up visit", "followup"),
        ("ecg", "ekg"),
        ("jog after jab", "exercise"),
        ("perscription", "refill"),
        ("choles", "cholesterol"),
    ],
)
def test_another_word_for_the_same_finds_the_entry(faq: FAQ, typed: str, expected: str) -> None:
    assert faq.search(typed)[0].entry.id == expected


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("bloood test", "blood test"),  # a letter doubled
        ("injectoin", "injection"),  # two swapped
        ("exercize", "exercise"),  # a neighbouring sound
        ("cholestrol", "cholesterol"),  # one missing
        ("ibuprpfen", "ibuprofen"),  # the key beside
    ],
)
def test_a_slip_is_put_right_by_a_word_of_the_faq(faq: FAQ, slip: str, meant: str) -> None:
    assert faq.search(slip).suggestion == meant
