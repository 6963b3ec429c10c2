"""Watches a browser for anything that runs or loads, and looks through what is on its pages."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page

_HERE = ("127.0.0.1", "localhost")
_THEIRS = "evil.example"

# Everything in a document that could run or lead somewhere: through shadow roots, too. What the
# tests' own host pages are made of has the attribute data-host; OWN is what the server's pages
# are made of.
OWN = """
link[rel=icon][href="data:,"], link[rel=canonical], link[rel=stylesheet][href^="/assets/"],
link[rel=stylesheet][href^="theme.css"], script[src^="/assets/"], script[src^="/widget.js"],
script[type$="+json"]:not([src]), iframe#frame, meta[charset], meta[name], head > style,
form[role=search], form#form, .ask > form
""".replace("\n", " ")
ADDRESSES = (
    "action background cite codebase data formaction href imagesrcset longdesc manifest ping "
    "poster profile src srcdoc srcset xlink:href"
).split()
ELEMENTS = (
    "applet base embed form frame iframe link meta object portal script style template"
).split()
_LISTS = f"""
  const OWN = {json.dumps(OWN)}, ADDRESSES = {json.dumps(ADDRESSES)};
  const ELEMENTS = {json.dumps(ELEMENTS)}, found = [];"""
_WALK = r"""
  const leads = value => {
    try {
      return !/^(https?|mailto|tel):$/.test(new URL(value, 'http://here.example').protocol);
    } catch {
      return false;
    }
  };
  const own = el => el.closest('[data-host]') || el.matches(OWN);
  const walk = root => {
    for (const el of root.querySelectorAll('*')) {
      const say = what => found.push(what + ' in ' + el.outerHTML.slice(0, 160));
      for (const {name, value} of el.attributes) {
        if (/^on/i.test(name)) say('handler ' + name);
        if (ADDRESSES.includes(name) && value && leads(value) && !own(el)) say('address ' + name);
        if (name == 'srcdoc' && !own(el)) say('srcdoc');
      }
      if (el.namespaceURI != 'http://www.w3.org/1999/xhtml') say('foreign element');
      if (ELEMENTS.includes(el.localName) && !own(el)) say('element');
      const room = /^align-content: end; padding-bottom: 0.5em; height: [0-9.]+px;$/;
      const style = el.matches('.faq') || room.test(el.style.cssText);
      if (el.style.length && !style) say('style');
      if (el.shadowRoot) walk(el.shadowRoot);
    }
  };
  walk(document);
  return found;
"""
CHECK = f"document => {{{_LISTS}{_WALK}}}"
# The same for texts that the browser only reads: its real parser, but nothing is shown.
CHECK_TEXTS = f"""texts => texts.flatMap(text => ({CHECK})(
  new DOMParser().parseFromString(text, 'text/html')))"""


class Canary:
    """Notes what runs in any frame of a page, and what any of them asks for from elsewhere."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.ran: list[str] = []
        self.reports: list[str] = []
        self.outside: list[str] = []
        # Said on the console: bindings would cost every frame more than the frame itself.
        page.add_init_script(
            "window.xss = () => console.log('canary ran ' + location.href);"
            "addEventListener('securitypolicyviolation', e => console.log("
            "'canary held ' + [e.violatedDirective, e.blockedURI, e.sample].join(' ')));"
        )
        page.on("console", self._console)
        page.on("dialog", self._dialog)
        page.on("request", self._request)

    def _console(self, message: Any) -> None:
        for start, kept in (("canary ran ", self.ran), ("canary held ", self.reports)):
            if message.text.startswith(start):
                kept.append(message.text.removeprefix(start))

    def _dialog(self, dialog: Any) -> None:
        self.ran.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def _request(self, request: Any) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("about", "blob", "data") or parts.hostname in _HERE:
            return
        picture = request.resource_type == "image" and parts.scheme == "https"
        if picture and not (parts.hostname or "").endswith(_THEIRS):
            return  # an author may put in pictures
        self.outside.append(f"{request.resource_type} {request.url} in {request.frame.url}")

    def settle(self) -> None:
        """Wait for what starts late: pictures that fail, animations, focus."""
        self.page.wait_for_timeout(300)

    def look(self) -> list[str]:
        """What is wrong with any document of the page."""
        self.settle()
        found = []
        for frame in self.page.frames:
            if urlsplit(frame.url).hostname in _HERE:
                found += [
                    f"{frame.url[:200]}: {one}"
                    for one in frame.evaluate(f"() => ({CHECK})(document)")
                ]
        return found

    def quiet(self) -> None:
        """Nothing ran, nothing was held back by a policy, nothing was asked for from elsewhere."""
        wrong = {"on the page": self.look(), "ran": self.ran, "held back": self.reports}
        wrong["asked for from elsewhere"] = self.outside
        assert not any(wrong.values()), {
            what: list(map(str, some))[:5] for what, some in wrong.items()
        }
