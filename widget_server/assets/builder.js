/* The embed builder's form: shows each choice at once. Without this file the form still works. */
(() => {
'use strict';
const $ = id => document.getElementById(id);
const form = $('form'), root = document.body.dataset.root;
let timer, newest = 0;

if (!$('snippet')) {
  // No site is chosen yet: its page comes from the server, with the site's own colour.
  const choose = () => { $('accent').disabled = true; form.submit(); };
  if ($('site').matches('select')) $('site').addEventListener('change', choose);
  form.addEventListener('submit', event => { event.preventDefault(); choose(); });
  return;
}

const here = text => text.replaceAll('https://YOUR-FAQ-SERVER', location.origin + root);

// What is no tag is not to be copied.
const offer = (text, problem) => {
  $('snippet').textContent = text;
  $('copy').hidden = !!problem;
};

const show = built => {
  $('value').textContent = built.accent;
  $('problem').textContent = built.problem;
  $('nearest').hidden = !built.problem;
  $('nearest').value = built.nearest;
  offer(here(built.snippet), built.problem);
  $('policy').textContent = here(built.policy);
  $('origins').textContent = built.origins.length
    ? `Pages of ${built.origins.join(', ')} may show this FAQ.` : 'Any page may show this FAQ.';
  const query = '?' + new URLSearchParams(built.query), address = 'preview' + query;
  history.replaceState(null, '', query); // to share, and for a reload: the server reads it
  if (!$('frame').src.endsWith(address) && !built.problem) $('frame').src = address;
};

const update = async () => {
  const mine = ++newest, data = new FormData(form);
  if (!colourTouched) data.delete('accent');
  const answer = await fetch('builder.json?' + new URLSearchParams(data));
  const built = await answer.json();
  if (mine != newest) return;
  if (!answer.ok) return offer(built.message, true);
  if (!colourTouched) $('accent').value = built.accent;
  show(built);
};

let colourTouched = new URLSearchParams(location.search).has('accent');
form.addEventListener('input', event => {
  if (event.target.id == 'accent') colourTouched = true;
  if (event.target.id == 'site') colourTouched = false;
  clearTimeout(timer);
  timer = setTimeout(update, 150);
});
form.addEventListener('submit', event => { event.preventDefault(); update(); });
$('nearest').addEventListener('click', () => {
  $('accent').value = $('nearest').value;
  colourTouched = true;
  update();
});
for (const button of document.querySelectorAll('[data-copy]')) {
  button.hidden = !!$('problem').textContent;
  button.addEventListener('click', async () => {
    const source = $(button.dataset.copy), text = button.textContent;
    try {
      await navigator.clipboard.writeText(source.textContent);
      button.textContent = 'Copied';
    } catch {
      getSelection().selectAllChildren(source);
      button.textContent = 'Selected: press Ctrl+C';
    }
    setTimeout(() => { button.textContent = text; }, 2500);
  });
}
for (const id of ['snippet', 'policy']) if ($(id)) $(id).textContent = here($(id).textContent);
document.querySelector('.go:not(.copy)').hidden = true;
})();
