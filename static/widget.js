/* faqlib's widget: paints a site's questions and answers where its tag stands.
   Classic script, no dependencies; docs/embedding.md says how to embed it, static/README.md
   how a server feeds it. Nothing here parses HTML: all text goes in as text nodes. */
(() => {
'use strict';
const doc = document, SELF = 'FAQ_WIDGET', TAG = 'faq-widget';
const OPTIONS = ['site', 'api', 'lang', 'mode', 'theme', 'accent'];
const LANGUAGES = 'es fr de pt it nl pl ar he zh ja';

const TEXTS = {
  title: 'Questions and answers',
  search: 'What would you like to know?',
  hint: 'Ask in your own words',
  found: 'Questions found',
  best: 'Best answer',
  closest: 'Closest question',
  more: 'Read the full answer',
  none: 'We have no answer to that yet. Please ask us directly.',
  unsure: 'We may not have an answer to that. These questions come closest; you can also ask us directly.',
  suggest: 'Did you mean',
  offline: 'You seem to be offline. We searched what is already here.',
  notice: 'Please note',
  reviewed: 'Reviewed',
  sources: 'Sources',
  related: 'Related questions',
  language: 'Language',
  other: 'More questions',
  helpful: 'Was this helpful?',
  yes: 'Yes',
  no: 'No',
  thanks: 'Thank you for telling us.',
  copy: 'Copy link',
  copied: 'Link copied',
  contact: 'Contact us',
  ask: 'Send us your question',
  question: 'Your question',
  email: 'Your e-mail, if you would like a reply',
  private: 'Please leave out names and medical details.',
  send: 'Send',
  sent: 'Thank you. We have received your question.',
  unsent: 'Your question could not be sent. Please try again, or call us.',
  error: 'The questions could not be loaded.',
  retry: 'Try again',
  open: 'Questions?',
  close: 'Close',
};

const CSS = `
:host{all:initial!important;display:block!important;inline-size:100%!important;font-family:inherit!important}
:host([hidden]){display:none!important}
*,::before{box-sizing:border-box;margin:0;padding:0}
.faq{all:initial;display:block;--a:oklch(from var(--faq-accent,#0b6e5f) min(l,.5) c h);--o:#fff;--t:var(--faq-text,#1d2730);--b:var(--faq-background,#fff);color:var(--t);font:medium/1.6 inherit;font-family:var(--faq-font,inherit);font-size:var(--faq-size,medium);overflow-wrap:break-word;-webkit-text-size-adjust:100%}
.dark{--a:oklch(from var(--faq-accent,#0b6e5f) max(l,.8) c h);--o:#101619;--t:var(--faq-text-dark,#e6ebee);--b:var(--faq-background-dark,#161c21);color-scheme:dark}
.faq,.body{--r:var(--faq-radius,12px);--l:color-mix(in srgb,var(--t) 15%,transparent);--m:color-mix(in srgb,var(--t) 74%,transparent);--f:color-mix(in srgb,var(--a) 7%,transparent)}
.panel{background:var(--b);border-radius:var(--r);padding:1.5em}
.body{container-type:inline-size;max-inline-size:var(--faq-width,72em);margin-inline:auto}
button,input,textarea{font:inherit;letter-spacing:inherit;word-spacing:inherit;color:inherit;background:0 0;border:0;border-radius:0;text-align:inherit}
button,summary{cursor:pointer}
:focus-visible{outline:3px solid var(--a);outline-offset:2px;border-radius:4px}
a,.button,summary{color:var(--a);text-underline-offset:.2em}
.title{font-size:1.9em;line-height:1.2;font-weight:650;letter-spacing:-.02em;text-wrap:balance}
.intro{color:var(--m);font-size:1.05em;margin-block-start:.6em;max-inline-size:62ch;text-wrap:pretty}
.search{margin-block:1.75em .5em}
label{display:block;font-weight:600}
.field{position:relative;margin-block-start:.5em}
.field::before{content:"";position:absolute;inset-block-start:1.12em;inset-inline-start:1.15em;inline-size:.85em;block-size:.85em;border:2px solid var(--m);border-radius:50%;pointer-events:none}
.field::after{content:"";position:absolute;inset-block-start:1.9em;inset-inline-start:1.83em;inline-size:.5em;block-size:2px;background:var(--m);transform:rotate(45deg);pointer-events:none}
[dir=rtl] .field::after{transform:rotate(-45deg)}
.input{display:block;inline-size:100%;min-block-size:3.25em;padding:.75em 1em;background:var(--b);border:1px solid color-mix(in srgb,var(--t) 55%,transparent);border-radius:var(--r)}
.field .input{padding-inline-start:2.9em}
.input:focus{outline:3px solid color-mix(in srgb,var(--a) 45%,transparent);outline-offset:0;border-color:var(--a);border-radius:var(--r)}
::placeholder{color:var(--m);opacity:1}
.status{color:var(--m);font-size:.9em;min-block-size:1.6em}
.urgent,.best,.notice,.lead{background:var(--f);border-radius:var(--r);padding:1.1em 1.25em;margin-block:.75em}
.urgent{background:#a3161f;color:#fff;font-weight:600;white-space:pre-line}
.best{block-size:auto;min-block-size:11.5em}
.label{color:var(--a);font-size:.85em;font-weight:600}
.best h3{font-size:1.15em;line-height:1.35;font-weight:600;margin-block:.15em .3em}
.preview{display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:3;overflow:hidden}
.best h3{display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:2;overflow:hidden}
.category{padding-block:2em .5em}
.heading{font-size:1.1em;font-weight:650;line-height:1.4;margin-block-end:.35em}
.item{border-block-end:1px solid var(--l)}
.item>:first-child{font-size:inherit;font-weight:500;line-height:1.45}
.question{display:flex;gap:1em;justify-content:space-between;inline-size:100%;padding:1em .25em;font-size:1.05em;text-wrap:pretty;scroll-margin-block:6em}
.question:hover,.question[aria-expanded=true]{color:var(--a)}
.icon{flex:none;inline-size:.5em;block-size:.5em;margin:.35em .25em;border:solid;border-width:0 2px 2px 0;rotate:45deg}
[aria-expanded=true] .icon{rotate:225deg;translate:0 .25em}
.snippet,.meta{color:var(--m);font-size:.9em}
.snippet{padding:0 .25em 1em;margin-block-start:-.6em}
mark{background:color-mix(in srgb,var(--a) 20%,transparent);color:inherit;border-radius:3px;box-shadow:0 0 0 1px color-mix(in srgb,var(--a) 20%,transparent)}
.answer{padding:.1em .25em 1.6em;max-inline-size:68ch}
.answer>*+*,.text>*+*{margin-block-start:.8em}
ul,ol{padding-inline-start:1.4em}
li+li{margin-block-start:.3em}
li::marker{color:var(--a)}
h4,h5,h6{font-size:1em}
blockquote{border-inline-start:3px solid var(--l);padding-inline-start:1em;color:var(--m)}
pre,.table{overflow:auto}
table{border-collapse:collapse;min-inline-size:60%}
th,td{text-align:start;vertical-align:top;padding:.5em .75em .5em 0;border-block-end:1px solid var(--l)}
.notice{font-size:.95em;padding:.8em 1em;white-space:pre-line}
.meta a{color:inherit}
.meta ul{list-style:none;padding:0}
.foot{display:flex;flex-wrap:wrap;gap:.5em 1em;align-items:center;color:var(--m);font-size:.9em}
.foot a{margin-inline-start:auto}
.button{display:inline-block;font-weight:600;padding:.35em .9em;border:1px solid var(--l);border-radius:99em;margin-inline-start:.4em}
.button:hover{background:var(--f)}
.text-button{color:var(--a);font-weight:600;text-decoration:underline;text-underline-offset:.2em;padding-block:.15em}
.contact{display:flex;flex-wrap:wrap;gap:.4em 1.25em;font-weight:600;margin-block-start:.6em}
.contact a{padding-block:.1em}
.footer{padding-block-start:2em}
summary{font-weight:600;padding-block:.4em}
.ask>*+*{margin-block-start:.8em}
.send,.launcher{background:var(--a);color:var(--o);font-weight:600;border-radius:99em;padding:.65em 1.4em;border:1px solid transparent}
.launcher{position:fixed;z-index:2147483646;inset-block-end:calc(1.25em + env(safe-area-inset-bottom,0px));inset-inline-end:calc(1.25em + env(safe-area-inset-right,0px));box-shadow:0 6px 24px #0004;padding:.9em 1.5em}
.dialog{position:fixed;inset:auto;inset-block-end:calc(1.25em + env(safe-area-inset-bottom,0px));inset-inline-end:1.25em;inline-size:min(27em,100vw - 2.5em);block-size:min(44em,100dvh - 2.5em);max-block-size:none;max-inline-size:none;border:0;border-radius:calc(var(--r)*1.5);padding:1.5em;background:var(--b);color:inherit;overflow:auto;overscroll-behavior:contain;box-shadow:0 12px 48px #0006}
.dialog::backdrop{background:#0005}
.x{position:sticky;inset-block-start:0;float:inline-end;z-index:1;background:var(--b);color:var(--m);padding:.2em .6em;border-radius:99em;font-size:.9em;font-weight:600}
@media(max-width:480px){.dialog{inset:0;inline-size:100%;block-size:100%;border-radius:0;padding:1.25em max(1.25em,env(safe-area-inset-right,0px)) calc(1.25em + env(safe-area-inset-bottom,0px)) max(1.25em,env(safe-area-inset-left,0px))}}
@container(min-width:54em){.category{display:grid;grid-template-columns:14em 1fr;gap:0 3em;padding-block:2.25em 1em}.category>:not(.heading){grid-column:2}.heading{grid-row:1/span 99;position:sticky;inset-block-start:1.5em;align-self:start;padding-block:.85em}}
@container(max-width:24em){.title{font-size:1.5em}.question{font-size:1em}.foot a{margin:0}}
@media(prefers-reduced-motion:no-preference){.icon{transition:rotate .2s,translate .2s}.answer:not([hidden]),.lead{animation:in .25s ease-out}.wait{animation:wait 1.4s infinite alternate}}
@keyframes in{from{opacity:0;translate:0 -4px}}
@keyframes wait{to{opacity:.5}}
@media(forced-colors:active){.best,.urgent,.notice,.dialog,.send,.launcher{border:1px solid}mark{forced-color-adjust:none;background:Mark;color:MarkText;box-shadow:none}}
@media print{.search,.foot,.footer,.icon,.results,.launcher,.x{display:none}.answer[hidden]{display:block;content-visibility:visible}.item{break-inside:avoid}.categories[hidden]{display:block}}
`;

/* An element from "tag.name": the name is its class here and its ::part outside. */
const h = (spec, attributes, ...children) => {
  const [tag, name] = spec.split('.'), el = doc.createElement(tag);
  if (name) el.className = name, el.setAttribute('part', name);
  for (const key in attributes) {
    const value = attributes[key];
    if (key.startsWith('on')) el[key] = value;
    else if (value != null) el.setAttribute(key, value);
  }
  el.append(...children.flat().filter(child => child));
  return el;
};

const warn = text => console.warn(TAG + ': ' + text);

const get = async (url, signal) => {
  const answer = await fetch(url, {signal});
  if (!answer.ok) throw answer.status;
  return answer.json();
};

/* Answers arrive as a tree: a string, or [tag, attributes, ...children]. What is not on these
   lists is dropped and its children kept, whatever the server says. */
const ALLOWED = /^(p|ul|ol|li|strong|em|code|pre|blockquote|h[456]|a|table|thead|tbody|tr|t[hd]|[bh]r|del)$/;
const safe = url => {
  try {
    return /^(https?|mailto|tel):$/.test(new URL(url, doc.baseURI).protocol) ? url : null;
  } catch {}
};
const build = nodes => (nodes || []).map(node => {
  if (!Array.isArray(node)) return String(node);
  const [tag, attributes, ...children] = node, inner = build(children);
  if (!ALLOWED.test(tag)) return h('span', 0, inner);
  const {href, title, align, start} = attributes || {};
  const el = h(tag, {href: tag == 'a' && href ? safe(href) : null, title, align, start}, inner);
  return tag == 'table' ? h('div.table', {tabindex: 0, role: 'group'}, el) : el;
});
const plain = nodes => (nodes || []).map(node =>
  Array.isArray(node) ? plain(node.slice(2)) : node).join(' ');

/* A snippet is escaped text with <mark> around what matched. */
const snippet = html => html.split(/<\/?mark>/).map((piece, i) => {
  const text = piece.replace(/&(amp|lt|gt|quot|#39|#x27);/g,
    (_, name) => ({amp: '&', lt: '<', gt: '>', quot: '"'})[name] || "'");
  return i % 2 ? h('mark', 0, text) : text;
});

/* Words as they are compared: no accents, no case; Chinese and Japanese by the character. */
const fold = text => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
const words = text => fold(text).match(/[\u3040-\u9fff]|[\p{L}\p{N}]+/gu) || [];
const joined = text => ' ' + words(text).join(' ') + ' ';
const stem = word => word.length > 4 ? word.replace(/(e?s|ed|ing)$/, '') : word;

/* Ranks entries for a query: how rare each word is, times the best field it begins a word in. */
const rank = (entries, query) => {
  const terms = [...new Set(words(query).map(stem))], scores = new Map, marks = [];
  for (const term of terms) {
    const hits = [];
    for (const entry of entries) {
      const field = entry.fields.findIndex(text => text.includes(' ' + term));
      if (field >= 0) hits.push([entry, 3 - field]);
    }
    const weight = Math.log(1 + entries.length / hits.length);
    if (weight > 1 && term[1] || terms.length < 2) marks.push(term);
    for (const [entry, field] of hits) scores.set(entry, (scores.get(entry) || 0) + field * weight);
  }
  const found = [...scores].sort((a, b) => b[1] - a[1]);
  return {marks, found: found.filter(pair => pair[1] > found[0][1] * .4).slice(0, 6).map(pair => pair[0])};
};
const highlight = (text, marks) => text.split(/([\p{L}\p{N}]+)/u).map((piece, i) =>
  i % 2 && marks.some(mark => fold(piece).startsWith(mark)) ? h('mark', 0, piece) : piece);

const bundles = {}, languages = {}, sheet = new CSSStyleSheet;
sheet.replaceSync(CSS);
let count = 0;

/* Where a script came from: its server, also when that stands under a path. */
const home = script => script ? script.src.split(/[?#]/)[0].replace(/(embed\/)?[^/]*$/, '') : location.origin + '/';
const me = () => doc.currentScript || doc.querySelector('script[src*="/embed/"],script[src*="widget"][src*=".js"]');
const HOME = home(me());

const view = host => {
  const root = host.attachShadow({mode: 'open'});
  const reserved = getComputedStyle(host).minHeight;
  const option = name => host.getAttribute(name) || host.getAttribute('data-' + name) || '';
  let generation = 0, life, base, path, site, T, lang, entries, items, frame, body, dialog, todo, busy;
  let input, status, urgent, best, results, categories, question, last, timer, aborter, asked, typed, painted, cache;

  const emit = (name, detail) => host.dispatchEvent(new CustomEvent('faq:' + name, {bubbles: true, composed: true, detail}));
  const post = (what, data) => fetch(path + what, {method: 'POST', keepalive: true, body: JSON.stringify(data)})
    .then(answer => { if (!answer.ok) throw answer.status; });
  const key = id => id.replace(/-[a-z]{2}$/, '');
  const find = id => entries.find(entry => entry.id == id) || entries.find(entry => key(entry.id) == key(id));
  const same = (a, b) => a.split('-')[0].toLowerCase() == b.split('-')[0].toLowerCase();

  /* One of an entry and its translations ("parking", "parking-es"): the reader's language first. */
  const choose = all => {
    const chosen = new Map, good = entry => same(entry.lang, lang) ? 2 : same(entry.lang, site.lang) ? 1 : 0;
    const ids = new Set(all.map(entry => entry.id));
    for (const entry of all) {
      entry.lang ||= site.lang;
      const short = entry.id.replace(new RegExp('-' + entry.lang + '$'), ''), id = ids.has(short) ? short : entry.id;
      if (!chosen.has(id) || good(entry) > good(chosen.get(id))) chosen.set(id, entry);
    }
    return [...chosen.values()];
  };

  /* Work in slices that keep the page responsive. */
  const work = all => {
    const end = performance.now() + 8;
    while (todo[0] && (all || performance.now() < end)) todo.shift()();
    clearTimeout(busy);
    if (todo[0]) busy = setTimeout(work, 0);
  };

  const answer = entry => {
    const notice = entry.notice || site.notice, date = entry.last_reviewed;
    const link = location.href.split('#')[0] + '#faq-' + encodeURIComponent(entry.id);
    const copy = h('a.link', {href: link, onclick: () => {
      navigator.clipboard?.writeText(link);
      copy.textContent = T.copied;
    }}, T.copy);
    const say = helpful => {
      post('/feedback', {entry: entry.id, helpful}).catch(() => {});
      emit('feedback', {id: entry.id, helpful});
      vote.replaceChildren(T.thanks);
      vote.focus();
    };
    const vote = h('span.feedback', {tabindex: -1, role: 'status'}, T.helpful,
      h('button.button', {onclick: () => say(true)}, T.yes), h('button.button', {onclick: () => say(false)}, T.no));
    const related = (entry.related || []).map(find).filter(one => one);
    const ui = {lang, dir: frame.dir};
    return [
      h('div.text', 0, build(entry.answer)),
      notice && h('p.notice', 0, notice),
      (entry.reviewed_by || date) && h('p.meta', ui, T.reviewed + ': ', [entry.reviewed_by,
        date && new Date(date + 'T12:00').toLocaleDateString(lang, {dateStyle: 'long'})].filter(x => x).join(' · ')),
      entry.sources && h('div.meta', ui, T.sources, h('ul', 0, entry.sources.map(source =>
        h('li', 0, h('a', {href: safe(source.url)}, source.title))))),
      related[0] && h('div.meta', ui, T.related, h('ul', 0, related.map(one =>
        h('li', 0, h('button.text-button', {onclick: () => open(one.id)}, one.question))))),
      h('div.foot', ui, site.features?.feedback && vote, copy),
    ];
  };

  const item = (entry, level, marks = [], text) => {
    let filled;
    const id = 'a' + ++count, foreign = !same(entry.lang, lang);
    const panel = h('div.answer', {hidden: 'until-found', id, lang: entry.lang, dir: entry.dir});
    const fill = async () => {
      if (filled) return;
      filled = 1;
      if (!entry.answer) try {
        entry.answer = (await get(path + '/entries/' + encodeURIComponent(entry.id))).answer;
      } catch {
        filled = 0;
        return panel.replaceChildren(h('p', {lang, dir: frame.dir}, T.error));
      }
      panel.replaceChildren(...answer(entry).filter(x => x));
    };
    const show = on => {
      if (on) fill(), emit('open', {id: entry.id});
      panel.hidden = on ? false : 'until-found';
      button.ariaExpanded = on;
    };
    panel.onbeforematch = () => show(true);
    const button = h('button.question', {'aria-expanded': 'false', 'aria-controls': id, lang: entry.lang, dir: entry.dir,
      onclick: () => show(!!panel.hidden)}, h('span', 0, highlight(entry.question, marks),
      foreign && h('span.meta', {lang}, ' · ' + T.language + ': ' + new Intl.DisplayNames(lang, {type: 'language'}).of(entry.lang))),
      h('span.icon', {'aria-hidden': 'true'}));
    return {show, button, fill: () => entry.answer && fill(), el: h('div.item', 0, h(level, 0, button), text && h('p.snippet', 0, snippet(text)), panel)};
  };

  const contact = () => {
    const {phone, email, url, label} = site.contact || {};
    return (phone || email || url) && h('p.contact', 0,
      phone && h('a', {href: 'tel:' + phone.replace(/[^+\d]/g, '')}, phone),
      email && h('a', {href: 'mailto:' + email}, email), url && h('a', {href: safe(url)}, label || T.contact));
  };

  const askForm = () => {
    question = h('textarea.input', {rows: 3, required: '', maxlength: 2000});
    const email = h('input.input', {type: 'email', autocomplete: 'email'}), note = h('p.status', {role: 'status'});
    return h('details.lead', 0, h('summary', 0, T.ask), h('form.ask', {onsubmit: async event => {
      event.preventDefault();
      try {
        await post('/questions', {question: question.value, ...email.value && {email: email.value}});
        question.value = email.value = '';
        note.textContent = T.sent;
      } catch {
        note.textContent = T.unsent;
      }
    }}, h('label', 0, T.question, question), h('label', 0, T.email, email), h('p.meta', 0, T.private), h('button.send', 0, T.send), note));
  };

  /* Searching: what is here is ranked at once; the server's answer fills the reserved box above
     and adds rows below, so nothing that is painted moves. */
  const feature = (label, entry) => best.replaceChildren(h('p.label', 0, label),
    h('h3', {lang: entry.lang, dir: entry.dir}, entry.question), h('p.preview', {lang: entry.lang, dir: entry.dir}, plain(entry.answer)),
    h('button.text-button', {onclick: () => { best.replaceChildren(h('p.label', 0, label), h('h3', 0, entry.question), ...answer(entry).filter(x => x)); best.focus(); emit('open', {id: entry.id}); }}, T.more));

  const settle = (query, data) => {
    const found = data ? data.results.map(hit => [find(hit.id), hit.snippet]) : [];
    for (const [entry, text] of found) if (entry && !painted.has(entry) && painted.size < 10) {
      painted.add(entry);
      results.append(item(entry, 'h3', [], text).el);
    }
    const first = data ? data.answered && found[0]?.[0] : [...painted][0];
    if (first) feature(data ? T.best : T.closest, first);
    else {
      best.replaceChildren(h('p', 0, painted.size ? T.unsure : T.none), data?.suggestion ? h('p', 0, T.suggest + ' ',
        h('button.text-button', {onclick: () => search(data.suggestion)}, data.suggestion), '?') : '', contact() || '');
      if (question && !question.value) question.value = query;
    }
    status.textContent = data ? T.found + ': ' + painted.size : T.offline;
    emit('search', {results: painted.size, answered: !!(data && data.answered)});
  };

  const ask = async query => {
    aborter?.abort();
    aborter = new AbortController;
    asked++;
    let data;
    try {
      data = cache[query] ||= await get(path + '/search?limit=8&q=' + encodeURIComponent(query), aborter.signal);
      last = {query, data};
    } catch (error) {
      if (error.name == 'AbortError') return;
    }
    if (query == last_query()) settle(query, data);
  };
  const last_query = () => input.value.trim().slice(0, 200);

  const update = now => {
    const query = last_query();
    clearTimeout(timer);
    aborter?.abort();
    results.hidden = best.hidden = !query;
    categories.hidden = !!query;
    const line = joined(query);
    const alarm = site.urgent?.terms?.some(term => line.includes(joined(term).trimEnd()));
    urgent.hidden = !alarm;
    urgent.textContent = alarm ? site.urgent.text : '';
    status.textContent = '';
    if (!query) return;
    for (const entry of entries) entry.fields ||= [joined(entry.question),
      joined([...entry.aliases || [], ...entry.tags || [], entry.category].join(' ')), joined(plain(entry.answer))];
    const {marks, found} = rank(entries, query);
    painted = new Set(found);
    results.replaceChildren(...found.map(entry => item(entry, 'h3', marks).el));
    if (cache[query]) return settle(query, cache[query]);
    if (last?.data.complete && query.startsWith(last.query)) return settle(query, last.data);
    best.replaceChildren(h('p.wait', 0, '…'));
    timer = setTimeout(ask, now ? 0 : asked < typed * .3 ? 200 : 800, query);
  };

  const search = text => {
    show();
    input.value = text;
    update(true);
  };

  const show = () => { if (dialog && !dialog.open) dialog.showModal(); };

  const open = id => {
    show();
    const entry = id && find(id);
    if (!entry) return;
    if (input.value) input.value = '', update();
    while (!items[entry.id] && todo[0]) todo.shift()();
    const one = items[entry.id];
    one.show(true);
    one.button.scrollIntoView();
    one.button.focus({preventScroll: true});
  };

  const close = () => {
    dialog?.close();
    if (input?.value) input.value = '', update();
  };

  const fromHash = () => {
    const id = location.hash.startsWith('#faq-') && decodeURIComponent(location.hash.slice(5));
    if (id && entries.some(entry => entry.id == id)) open(id);
  };

  const page = () => {
    const id = 'f' + ++count;
    todo = [];
    items = {};
    cache = {};
    asked = typed = 0;
    last = null;
    input = h('input.input', {type: 'search', id, placeholder: T.hint, autocomplete: 'off', maxlength: 200, enterkeyhint: 'search',
      oninput: () => { typed++; update(); }});
    status = h('p.status', {role: 'status'});
    urgent = h('div.urgent', {role: 'alert', hidden: ''});
    best = h('div.best', {hidden: '', tabindex: -1});
    results = h('div.results', {hidden: ''});
    categories = h('div.categories');
    body = h('section.body', {'aria-label': T.title},
      h('h2.title', 0, T.title), T.intro && h('p.intro', 0, T.intro),
      h('form.search', {role: 'search', onsubmit: event => { event.preventDefault(); update(true); }}, h('label', {for: id}, T.search), h('div.field', 0, input)),
      status, urgent, best, results, categories,
      h('div.footer', 0, contact(), site.features?.questions && askForm()));
    const groups = new Map((site.categories || []).map(name => [name, []]));
    for (const entry of entries) {
      const name = entry.category || '';
      if (!groups.has(name)) groups.set(name, []);
      groups.get(name).push(entry);
    }
    for (const [name, members] of groups) if (members[0]) {
      const title = name || (groups.size > 1 ? T.other : ''), box = h('section.category', 0, title && h('h3.heading', 0, title));
      todo.push(() => categories.append(box));
      for (const entry of members) todo.push(() => {
        const one = items[entry.id] = item(entry, title ? 'h4' : 'h3');
        box.append(one.el);
      });
    }
    for (const entry of entries) todo.push(() => items[entry.id].fill());
    work();
    return body;
  };

  const pageIsDark = () => {
    for (let el = host; el; el = el.parentElement || el.getRootNode().host) {
      const [r, g, b, alpha = 1] = (getComputedStyle(el).backgroundColor.match(/[\d.]+/g) || [0, 0, 0, 0]).map(Number);
      if (alpha > .5 && el != host) return r * .3 + g * .59 + b * .11 < 128;
    }
    return getComputedStyle(doc.documentElement).colorScheme.includes('dark') && matchMedia('(prefers-color-scheme:dark)').matches;
  };
  const paint = () => {
    const theme = option('theme'), page = pageIsDark(), dark = theme == 'dark' || theme != 'light' && page;
    frame.className = 'faq' + (dark ? ' dark' : '') + (dark != page && !dialog ? ' panel' : '');
  };

  const speak = async code => {
    T = TEXTS;
    code = code.split('-')[0].toLowerCase();
    if (LANGUAGES.includes(code)) try {
      T = {...T, ...await (languages[base + code] ||= get(base + 'widget/i18n/' + code + '.json'))};
    } catch {
      delete languages[base + code];
    }
  };

  const render = async (name, mine) => {
    const bundle = await (bundles[base + name] ||= get(path + '/bundle?parts=questions'));
    if (mine != generation) return;
    site = bundle.site;
    lang = option('lang') || site.lang;
    await speak(lang);
    if (mine != generation) return;
    T = {...T, ...site.texts};
    entries = choose(bundle.entries);
    dialog = null;
    frame = h('div', {part: 'faq', lang, dir: /^(ar|he|fa|ur)/.test(lang) ? 'rtl' : 'ltr'});
    const theme = {...site.theme};
    if (option('accent')) theme.accent = option('accent');
    const own = new CSSStyleSheet;
    own.replaceSync(':host{}');
    for (const name in theme) own.cssRules[0].style.setProperty('--faq-' + name, theme[name]);
    root.adoptedStyleSheets = [sheet, own];
    if (option('mode') == 'launcher') {
      dialog = h('dialog.dialog', {'aria-label': T.title, onclick: event => event.target == dialog && close()}, h('button.x', {onclick: close}, T.close));
      dialog.append(page());
      frame.append(h('button.launcher', {'aria-haspopup': 'dialog', onclick: () => show()}, T.open), dialog);
    } else frame.append(page());
    frame.style.minHeight = reserved;
    paint();
    root.replaceChildren(frame);
    emit('ready', {site: name, entries: entries.length});
    fromHash();
    if (entries.some(entry => !entry.answer)) setTimeout(whole, 1500, mine);
  };

  /* A large site's answers come after its questions, when the page is idle. */
  const whole = async mine => {
    try {
      const answers = new Map((await get(path + '/bundle')).entries.map(entry => [entry.id, entry.answer]));
      if (mine != generation) return;
      for (const entry of entries) {
        entry.answer ||= answers.get(entry.id);
        entry.fields = 0;
        todo.push(() => items[entry.id].fill());
      }
      work();
    } catch {}
  };

  const fail = (name, error) => {
    delete bundles[base + name];
    if (error == 404) return warn(`${base} has no site "${name}": put an existing one in data-site.`);
    warn(`${error}: is the server at ${base} up, and does it allow this page's origin?`);
    frame = h('div', {part: 'faq'});
    root.adoptedStyleSheets = [sheet];
    paint();
    frame.append(h('p', {role: 'alert'}, TEXTS.error, ' ', h('button.button', {onclick: start}, TEXTS.retry)));
    root.replaceChildren(frame, h('slot'));
  };

  const start = async () => {
    const mine = ++generation;
    life?.abort();
    life = new AbortController;
    const {signal} = life;
    await 0; // data() behind the same script and further attributes come first
    if (mine != generation) return;
    const name = option('site');
    base = option('api').replace(/\/*$/, '/');
    if (base == '/') base = HOME;
    path = base + 'api/v1/sites/' + encodeURIComponent(name);
    if (!name) return warn('no site is named: add data-site="…" to the script tag.');
    for (const [what, allowed] of [['mode', 'inline launcher'], ['theme', 'light dark auto']])
      if (option(what) && !allowed.split(' ').includes(option(what))) warn(`${what}="${option(what)}" is unknown: use one of ${allowed}.`);
    addEventListener('hashchange', () => entries && fromHash(), {signal});
    addEventListener('beforeprint', () => todo && work(true), {signal});
    matchMedia('(prefers-color-scheme:dark)').addEventListener('change', () => frame && paint(), {signal});
    try {
      await render(name, mine);
    } catch (error) {
      if (mine == generation) fail(name, error);
    }
  };
  root.append(h('slot'));
  return {start, open, search, close, stop: () => { generation++; life?.abort(); aborter?.abort(); clearTimeout(timer); clearTimeout(busy); }};
};

/* The element. A page's errors are not ours to cause: what goes wrong here ends here. */
if (!customElements.get(TAG)) customElements.define(TAG, class extends HTMLElement {
  static observedAttributes = OPTIONS;
  connectedCallback() { (this.view ||= view(this)).start(); }
  disconnectedCallback() { this.view.stop(); }
  attributeChangedCallback() { if (this.isConnected) this.view?.start(); }
  open(id) { this.view?.open(id); }
  search(text) { this.view?.search(text); }
  close() { this.view?.close(); }
});

window[SELF] ||= {
  data(site, bundle, texts) {
    const base = home(me());
    bundles[base + site] = bundle;
    if (texts) languages[base + bundle.site.lang] = texts;
  },
  mount(script) {
    const address = new URL(script.src), el = doc.createElement(TAG);
    for (const name of OPTIONS) {
      const value = script.getAttribute('data-' + name) || address.searchParams.get(name);
      if (value) el.setAttribute(name, value);
    }
    const named = el.getAttribute('site'), embedded = (address.pathname.match(/\/embed\/([^/]+)\.js$/) || [])[1];
    if (!named && !embedded) return;
    if (!named) {
      if (doc.querySelector(`${TAG}[site="${embedded}"]:not([auto])`)) return;
      el.setAttribute('site', embedded);
    }
    el.setAttribute('auto', '');
    el.setAttribute('api', home(script));
    if (doc.body.contains(script)) script.after(el); else doc.body.append(el);
  },
};
const script = doc.currentScript || me();
if (script) {
  if (doc.body?.contains(script) || doc.readyState != 'loading') window[SELF].mount(script);
  else addEventListener('DOMContentLoaded', () => window[SELF].mount(script));
}
})();
