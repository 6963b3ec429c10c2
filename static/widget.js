/* faqlib's widget: paints a site's questions and answers where its tag stands.

   One classic script without dependencies. docs/embedding.md says how a page embeds it,
   static/README.md how a server feeds it. Nothing here parses HTML: every text goes into the
   page as a text node. */
(() => {
const doc = document, TAG = 'faq-widget';
const OPTIONS = 'site api lang mode theme accent'.split(' ');

const TEXTS = {
  title: 'Questions and answers',
  search: 'What would you like to know?',
  found: 'Questions found',
  best: 'Best answer',
  none: 'We have no clear answer to that. Please ask us:',
  suggest: 'Did you mean:',
  offline: 'You seem to be offline.',
  reviewed: 'Reviewed',
  sources: 'Sources',
  related: 'Related questions',
  other: 'More questions',
  helpful: 'Was this helpful?',
  yes: 'Yes',
  no: 'No',
  thanks: 'Thank you!',
  copy: 'Copy link',
  contact: 'Contact us',
  ask: 'Send us your question',
  email: 'Your e-mail, if you want a reply',
  private: 'Please leave out names and medical details.',
  send: 'Send',
  error: 'Sorry, that did not work.',
  retry: 'Try again',
  open: 'Questions?',
  close: 'Close',
};

/* An element from "tag.name", a div from ".name": name is its class in here and its ::part
   out there. */
const h = (spec, props, ...children) => {
  const [tag, name] = spec.split('.');
  const el = Object.assign(doc.createElement(tag || 'div'), props);
  if (name) el.className = name, el.setAttribute('part', name);
  el.append(...children.flat().filter(child => child));
  return el;
};
const warn = text => console.warn(`${TAG}: ${text}`);
const get = async (url, init) => {
  const answer = await fetch(url, init);
  if (!answer.ok) throw answer.status;
  return answer.json().catch(() => {});
};

/* Answers come as trees: a text, or [tag, attributes, ...children]. Of what is not on these
   lists only the text stays, whatever the server says. No tag of one or two letters does harm. */
const TAGS = /^([a-z]\w?|img|pre|code|table|thead|tbody|strong|blockquote)$/;
const ATTRIBUTES = /^(href|src|alt|title|scope|start|rel|loading|referrerpolicy)$/;
const safe = url => /^(https?|mailto|tel):/i.test(url) ? url : '';
const link = (href, text) => safe(href) ? h('a', {href, dir: 'auto'}, text) : text;
const build = nodes => nodes.map(node => {
  if (!node.map) return node;
  const [tag, attributes, ...children] = node;
  const el = h(TAGS.test(tag) ? tag : 'span', 0, build(children));
  for (const name in attributes) if (ATTRIBUTES.test(name))
    el.setAttribute(name, /href|src/.test(name) ? safe(attributes[name]) : attributes[name]);
  return tag == 'table' ? h('.table', {tabIndex: 0}, el) : el;
});
const plain = nodes => nodes.map(node => node.map ? plain(node.slice(2)) : node).join(' ');

/* A snippet is escaped text with <mark> around what matched. */
const snippet = html => html.split(/<\/?mark>/).map((piece, i) => {
  piece = piece.replace(/&(.*?);/g, (_, name) => ({amp: '&', lt: '<', gt: '>', quot: '"'})[name] || "'");
  return i % 2 ? h('mark', 0, piece) : piece;
});

/* Words as they are compared: without accents and case, Chinese and Japanese by character. */
const words = text => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().match(/[\u3040-\u9fff]|[\p{L}\p{N}]+/gu) || [];
const line = text => ' ' + words(text).join(' ');

/* What is compared of an entry: the best field first. */
const prepare = entry => entry.fields ||= [entry.question, [entry.aliases, entry.tags, entry.category].join(' '),
  plain(entry.answer || [])].map(line);
/* Sorts entries: for each word how rare it is, times how good a field it begins a word in. Gives
   the best of them, and the words worth marking. */
const rank = (entries, query) => {
  const marks = [];
  entries.map(entry => entry.score = 0);
  for (const word of new Set(words(query))) {
    const term = word.length > 4 ? word.replace(/(e?s|ed|ing)$/, '') : word;
    const worth = entry => 3 - prepare(entry).findIndex(text => text.includes(' ' + term)) & 3;
    const hits = entries.filter(worth), weight = Math.log((entries.length + 1) / hits.length);
    if (weight > 1) marks.push(term);
    for (const entry of hits) entry.score += worth(entry) * weight;
  }
  const found = entries.sort((a, b) => b.score - a.score);
  return [found.filter(entry => entry.score > found[0].score / 2).slice(0, 6), marks];
};

/* Where the script came from, also when that is below a path. */
const script = doc.currentScript;
const source = (script?.src || '/').split(/[?#]/), HOME = source[0].replace(/(embed\/)?[^/]*$/, '');
/* What is loaded once for all elements of a page, by address; several scripts share it too. */
const shelf = window.FAQ_WIDGET?.shelf || {}, sheet = new CSSStyleSheet;
const share = async (url, source) => shelf[url] ||= get(source || url).catch(error => {
  delete shelf[url];
  throw error;
});
const siteAt = (base, site) => `${base}api/v1/sites/${site}`;
const textsAt = (base, lang) => `${base}widget/i18n/${lang.slice(0, 2)}.json`;

/* All that belongs to one element, and the methods it gets. */
const view = host => {
  const root = host.attachShadow({mode: 'open'});
  let life, path, frame, site, base, items, keys, input, painted, lang, categories, marks, results, shown;
  let status, todo, T, ui, rows, dialog, aborter, chosen, best, cache, question, urgent, credit, timer;

  const option = name => host.getAttribute(name) || '';
  const emit = (name, detail) => host.dispatchEvent(new CustomEvent('faq:' + name, {bubbles: true, detail}));
  /* Plain text needs no preflight; the server reads it as JSON. */
  const post = (what, data) => get(path + what, {method: 'POST', body: JSON.stringify(data)});
  const find = id => chosen?.get(keys[id]);
  const entries = () => [...chosen.values()];
  const foreign = entry => entry.lang.slice(0, 2) != lang.slice(0, 2);
  const highlight = text => !marks[0] ? text : text.split(/([\p{L}\p{N}]+)/u).map(piece =>
    marks.some(mark => line(piece).includes(' ' + mark)) ? h('mark', 0, piece) : piece);
  const anchor = id => '#faq-' + encodeURIComponent(id);

  /* Of an entry and its translations ("parking", "parking-es") the one in the reader's language. */
  const choose = all => {
    keys = {__proto__: null};
    chosen = new Map;
    for (const entry of all) {
      let key = entry.id.replace(RegExp('-' + entry.lang + '$'), '');
      if (chosen.get(key)?.lang == entry.lang) key = entry.id;
      if (!chosen.has(key) || !foreign(entry)) chosen.set(key, entry);
      keys[entry.id] = key;
    }
  };

  /* Builds in slices between the page's own tasks, so that it stays responsive. The first one is
     built with the page and fills a window, so that what stands below is not pushed down in sight. */
  const work = () => {
    todo.splice(0, 20).map(step => step());
    if (todo[0]) setTimeout(work);
  };
  const inSlices = step => {
    for (const entry of entries()) todo.push(() => step(entry));
    work();
  };
  const fill = entry => entry.answer && items.get(entry).fill();

  const list = (label, children = []) => (children = children.filter(x => x))[0]
    && h('', 0, h('b', 0, label), h('ul', 0, children.map(child => h('li', {dir: 'auto'}, child))));
  const answer = entry => {
    const notice = entry.notice || site.notice, date = entry.last_reviewed;
    return h('.text', 0, build(entry.answer), notice && h('p.notice', 0, notice), h('.meta', ui,
      list(T.reviewed, [entry.reviewed_by, date && new Date(date + 'T12:00').toLocaleDateString(lang, {dateStyle: 'long'})]),
      list(T.sources, entry.sources?.map(source => link(source.url, source.title)))));
  };
  /* Of an answer what only an open one needs: most of its elements. */
  const more = entry => {
    const copy = link(new URL(anchor(entry.id), location), T.copy);
    copy.onclick = () => {
      navigator.clipboard?.writeText(copy.href).then(() => copy.textContent = T.copy + ' ✓', () => {});
    };
    const votes = h('output.feedback', {tabIndex: -1}, T.helpful, [true, false].map(helpful => h('button.button', {onclick: () => {
      post('/feedback', {entry: entry.id, helpful}).catch(() => {});
      emit('feedback', {id: entry.id, helpful});
      votes.textContent = T.thanks;
      votes.focus();
    }}, helpful ? T.yes : T.no)));
    return h('.meta', ui,
      list(T.related, entry.related?.map(find).map(one => one && h('button.link', {onclick: () => open(one.id)}, one.question))),
      h('.foot', 0, site.features.feedback && votes, copy));
  };

  /* A question that opens: heading, preview of the answer if any, answer. */
  const item = (entry, preview, level = 'h3') => {
    let text, whole;
    const panel = h('.answer', {hidden: 'until-found'}), teaser = preview && h('p.preview', 0, preview);
    const fill = all => {
      if (!text) panel.replaceChildren(text = answer(entry));
      whole ||= all && !text.append(more(entry));
    };
    const show = (on, go) => {
      if (on) {
        emit('open', {id: entry.id});
        complete(entry).then(() => fill(true)).catch(() => panel.textContent = T.error);
      }
      panel.hidden = on ? false : 'until-found';
      button.ariaExpanded = on;
      if (teaser) teaser.hidden = on;
      if (go) button.focus(), button.scrollIntoView();
    };
    panel.onbeforematch = () => show(true);
    const button = h('button.question', {ariaExpanded: false, onclick: () => show(!!panel.hidden)},
      h('span', 0, highlight(entry.question), foreign(entry) && [' · ', h('span.meta', ui, new Intl.DisplayNames(lang, {type: 'language'}).of(entry.lang))]));
    return h('.item', {lang: entry.lang, dir: entry.dir, show, fill}, h(level, 0, button), teaser, panel);
  };

  const contact = ({label, url, email, phone} = site.contact) => h('p.contact', 0,
    phone && link('tel:' + phone.replace(/ /g, ''), phone), email && link('mailto:' + email, email),
    url && link(url, label || T.contact));

  const askForm = () => {
    question = h('textarea.input', {required: true, maxLength: 2000, ariaLabel: T.ask});
    const email = h('input.input', {type: 'email', autocomplete: 'email'}), note = h('p', {role: 'status'});
    return h('details.ask', 0, h('summary', 0, T.ask), h('form', {onsubmit: event => {
      event.preventDefault();
      post('/questions', {question: question.value, email: email.value || undefined}).then(() => {
        question.value = '';
        note.textContent = T.thanks;
      }, () => note.textContent = T.error);
    }}, question, h('label', 0, T.email, email), h('p.meta', 0, T.private), h('button.send', 0, T.send), note));
  };

  /* Searching. What is here is ranked at once; the server's answer then fills the room kept
     above it and adds rows below, so that nothing moves that is already painted. Where the best
     answer was the first row, a heading for the others takes its place, unless it is in use. */
  const update = now => {
    const query = input.value.trim();
    clearTimeout(timer);
    aborter?.abort();
    results.hidden = best.hidden = !(categories.hidden = query);
    urgent.textContent = site.urgent.terms.some(term => line(query).includes(line(term))) ? site.urgent.text : '';
    status.textContent = '';
    if (!query) return;
    [shown, marks] = rank(entries(), query);
    // Most keystrokes change no row, and then none is built or laid out again.
    const wanted = marks + '|' + shown.map(entry => entry.id);
    if (wanted != rows) results.replaceChildren(...shown.map(entry => item(entry)));
    rows = wanted;
    if (cache[query]) return settle(query);
    best.replaceChildren(h('', 0, '…'));
    timer = setTimeout(ask, now ? 0 : credit > 4 ? 200 : 700, query);
  };

  const ask = async query => {
    const {signal} = aborter = new AbortController;
    credit = 0;
    cache[query] = await get(path + '/search?limit=8&q=' + encodeURIComponent(query), {signal}).catch(() => {});
    signal.aborted || settle(query);
  };

  const settle = query => {
    const data = cache[query] || {results: []};
    let first = rows = '';
    for (const hit of data.results) {
      const entry = find(hit.id), place = shown.indexOf(entry);
      if (!entry) continue;
      const row = item(entry, snippet(hit.snippet));
      if (data.answered && !first) {
        first = row;
        const twin = results.firstChild;
        place || twin.querySelector(':focus,[aria-expanded=true]')
          || twin.replaceWith(h('p.item label', {style: `align-content:end;padding-bottom:.5em;height:${twin.getBoundingClientRect().height}px`}, T.other));
      } else if (place < 0) results.append(row);
      if (place < 0) shown.push(entry);
    }
    best.replaceChildren(h('', 0, first ? [h('p.label', 0, T.best), first] : [data.query ? T.none : T.offline,
      data.suggestion && h('p', 0, T.suggest, ' ', h('button.link', {onclick: () => search(data.suggestion)}, data.suggestion)), contact()]));
    if (!first && question) question.value ||= query;
    status.textContent = T.found + ': ' + shown.length;
    emit('search', {results: shown.length, answered: !!first});
  };

  const show = () => dialog?.showModal();
  const search = text => {
    if (!chosen) return;
    show();
    input.value = text;
    update(true);
  };
  const open = id => {
    search('');
    const entry = find(id);
    if (!entry) return;
    while (!items.has(entry)) todo.shift()();
    items.get(entry).show(true, true);
  };
  const close = () => {
    search('');
    dialog?.close();
  };
  const fromHash = () => {
    for (const id in keys) if (location.hash == anchor(id)) open(id);
  };

  const page = () => {
    todo = [];
    items = new Map;
    cache = {__proto__: null};
    credit = 2; // five keystrokes buy a request at once, others wait
    question = null;
    marks = rows = [];
    input = h('input.input', {type: 'search', onfocus: () => inSlices(prepare), oninput: () => {
      credit++;
      update();
    }});
    status = h('p.status', {role: 'status'});
    urgent = h('p.urgent', {role: 'alert'});
    best = h('.best', {hidden: true});
    results = h('.results', {hidden: true});
    categories = h('.categories');
    for (const name of [...site.categories, undefined]) {
      const members = entries().filter(entry => entry.category == name), title = name || site.categories[0] && T.other;
      const box = h('');
      if (members[0]) todo.push(() => categories.append(h('section.category', 0, title && h('h3.heading', 0, title), box)));
      for (const entry of members) todo.push(() => items.set(entry, box.appendChild(item(entry, '', title ? 'h4' : 'h3'))));
    }
    inSlices(fill);
    return h('.body', 0, h('h2.title', 0, T.title), T.intro && h('p.intro', 0, T.intro),
      h('form.search', {role: 'search', onsubmit: event => {
        event.preventDefault();
        update(true);
      }}, h('label', 0, T.search, input)),
      status, urgent, best, results, categories, h('.footer', 0, contact(), site.features.questions && askForm()));
  };
  const paint = () => {
    frame = h('.faq', ui);
    frame.style.colorScheme = option('theme').replace('auto', 'light dark');
    root.adoptedStyleSheets = [sheet];
  };

  const render = all => {
    choose(all);
    paint();
    frame.style.setProperty('--faq-accent', option('accent'));
    for (const name in site.theme) frame.style.setProperty('--faq_' + name, site.theme[name]);
    dialog = null;
    if (option('mode') == 'launcher') {
      dialog = h('dialog.dialog', {ariaLabel: T.title, onclick: event => event.target != dialog || close()}, h('button.close', {onclick: close}, T.close), page());
      frame.append(h('button.launcher', {onclick: show}, T.open), dialog);
    } else frame.append(page());
    root.replaceChildren(frame);
    emit('ready', {site: option('site'), entries: chosen.size});
    fromHash();
    if (!all[0]?.answer) setTimeout(() => complete(0).then(() => inSlices(entry => {
      entry.fields = 0;
      prepare(entry);
      fill(entry);
    }), () => {}), 2000);
  };

  /* A large site's answers come after its questions. */
  const complete = async entry => {
    if (!entry.answer) for (const {id, answer} of (await share(path + '/bundle')).entries) if (find(id)?.id == id) find(id).answer = answer;
  };

  const start = async () => {
    const wanted = OPTIONS.map(option) + '', mine = life = {};
    clearTimeout(timer);
    (host.isConnected ? addEventListener : removeEventListener)('hashchange', fromHash);
    await 0; // data() behind the same script, and further attributes, come first
    if (!host.isConnected || mine != life || wanted == painted) return;
    base = (option('api') || HOME).replace(/\/?$/, '/');
    path = siteAt(base, option('site'));
    for (const [what, allowed] of [['mode', 'inline launcher'], ['theme', 'light dark auto']])
      if (!allowed.includes(option(what))) warn(`${what}="${option(what)}" is unknown: use one of ${allowed}.`);
    try {
      const bundle = await share(path, path + '/bundle?parts=questions');
      await new Promise(setTimeout); // the script has run: building is a task of its own
      site = bundle.site;
      lang = option('lang').replace('_', '-');
      try {
        new Intl.Locale(lang);
      } catch {
        lang = site.lang;
      }
      ui = {lang, dir: /^(ar|he)/.test(lang) ? 'rtl' : 'ltr'};
      T = {...TEXTS, .../^en/.test(lang) || await share(textsAt(base, lang)).catch(() => {}), ...foreign(site) || site.texts};
      if (mine != life) return;
      render(bundle.entries);
      painted = wanted;
    } catch (error) {
      if (mine != life) return;
      warn(`${error} from ${path}: correct data-site, or let the server allow this page.`);
      paint();
      frame.append(h('p', {role: 'alert'}, TEXTS.error, h('button.button', {onclick: start}, TEXTS.retry)));
      root.replaceChildren(frame, h('slot'));
    }
  };
  root.replaceChildren(h('slot'));
  Object.assign(host, {search, open, start, close});
};

customElements.get(TAG) || customElements.define(TAG, class extends HTMLElement {
  static observedAttributes = OPTIONS;
  constructor() {
    super();
    view(this);
  }
  connectedCallback() { this.start(); }
  disconnectedCallback() { this.start(); }
  attributeChangedCallback() { this.start(); }
});

/* The server calls data() behind the script in /embed/{site}.js. */
window.FAQ_WIDGET = {
  shelf,
  data(site, bundle, texts) {
    shelf[siteAt(HOME, site)] = bundle;
    if (texts) shelf[textsAt(HOME, bundle.site.lang)] = texts;
  },
};

/* One rule a line, at the end one purpose. The host page's rules lose: on the element to !important, inside it to
   `all: initial`. What the page sets goes before the site's theme (--faq_). The part names are the class names. A passage is a column, so that what has
   no room is left out by whole lines. */
sheet.replaceSync(
  ':host{all:initial!important;display:flow-root!important;color-scheme:inherit!important;font-family:inherit!important;width:100%!important}' +
  ':host([hidden]),.urgent:empty{display:none!important}' +
  '.faq{all:initial;float:left;width:100%;color-scheme:inherit;--c:var(--faq-accent,var(--faq_accent,#0b6e5f));--t:var(--faq-text,var(--faq_text,light-dark(#1d2730,#e6ebee)));color:var(--t);--m:rgb(from var(--t) r g b/75%);--b:var(--faq-background,var(--faq_background,light-dark(#fff,#161c21)));--l:rgb(from var(--t) r g b/15%);--a:light-dark(oklch(from var(--c) min(l,.5) c h),oklch(from var(--c) max(l,.8) c h));font-family:inherit;--r:var(--faq-radius,var(--faq_radius,12px));font-size:var(--faq-size,var(--faq_size,medium));--f:rgb(from var(--a) r g b/6%);background-color:var(--b);box-shadow:0 0 0 1em var(--b);line-height:1.6;overflow-wrap:anywhere}' +
  '::before,::after,*{margin:0;padding:0;box-sizing:border-box}' +
  '.dialog[open],button,textarea,input{all:unset;cursor:pointer;box-sizing:border-box}' +
  '.body{max-width:72em;margin:auto;container-type:inline-size}' +
  ':focus-visible{outline-offset:2px;outline:3px solid var(--a)}' +
  '.title{font-size:1.8em;line-height:1.2;text-wrap:balance;margin-bottom:.5em}' +
  '.item:nth-child(n+12){overflow-clip-margin:5px;content-visibility:auto;contain-intrinsic-size:auto 3.96em}' +
  '.category,.search,.footer{padding-top:2em}' +
  '.input{margin:.5em 0;border:1px solid rgb(from var(--t) r g b/55%);border-radius:var(--r);outline-offset:-2px;padding:.75em 1em;font-weight:400;width:100%;cursor:text;background-color:var(--b)}' +
  '.best,.urgent,.ask,.notice{background:var(--f);border:1px solid #0000;padding:1em 1.25em;border-radius:var(--r);margin-top:.75em}' +
  'label,.contact,.urgent,.label,.button,summary,b,.send,.launcher{font-weight:600}' +
  '.dialog[open],.launcher{position:fixed;inset-inline-end:1.25em;box-shadow:0 0 2em #0004}' +
  '.item+.item{border-top:1px solid var(--l)}' +
  '.status{height:1.6em}' +
  '.status,.meta,.label{font-size:.9em}' +
  'label{display:block}' +
  '.status,.meta,.close,.intro,.preview{color:var(--m)}' +
  '.answer,.intro,.preview{max-width:68ch}' +
  '.urgent{background:#a11;white-space:pre-line;color:#fff}' +
  '.best .item,.best>*{display:flex;flex-direction:column;flex:1}' +
  '.best .question{font-size:1.1em;padding:.25em 0;font-weight:600}' +
  '.preview{flex:1 0 0;columns:1;overflow:hidden}' +
  '.results .preview{margin:-.5em 0 1em;font-size:.9em}' +
  '.question[aria-expanded=true],.label,.button,.link,summary,a{color:var(--a)}' +
  '.question{scroll-margin:5em;font-weight:500;padding:1em 0;width:100%;display:flex;gap:1em}' +
  '.question::after{rotate:45deg;content:"";flex:none;height:.5em;margin-block:.4em;margin-inline:auto .25em;border:solid;width:.5em;border-width:0 .1em .1em 0}' +
  '.label:only-child{visibility:hidden}' +
  '[aria-expanded=true]::after{rotate:225deg;margin-top:.7em}' +
  'ol,blockquote,ul{padding-inline-start:1.25em}' +
  'th,td{vertical-align:top;border-bottom:1px solid var(--l);padding:.5em .5em .5em 0;text-align:start}' +
  'button:hover{text-decoration:underline}' +
  '.foot,.contact,.meta ul{padding:0;display:flex;gap:.5em 1.25em;list-style:none;flex-wrap:wrap}' +
  'pre,.table{overflow:auto}' +
  '.text>*,.meta>*,form>*{margin-bottom:1em}' +
  '.link,summary,a{text-underline-offset:.2em;cursor:pointer;text-decoration:underline;padding:.3em 0}' +
  '.button{border:1px solid var(--l);padding:.3em 1em;border-radius:9em;margin-inline-start:.4em}' +
  'mark{background:rgb(from var(--a) r g b/25%);color:inherit}' +
  'img{max-width:100%;height:auto}' +
  '.launcher,.send{color:Canvas;background:var(--a);border:1px solid #0000;border-radius:9em;padding:.75em 1.5em}' +
  'h3,h5,h6,h4{font-size:1.1em}' +
  '.launcher{z-index:9999999999;bottom:max(1.25em,env(safe-area-inset-bottom))}' +
  '.dialog[open]{height:min(45em,100% - 2.5em);background-color:var(--b);bottom:1.25em;padding:0 1.5em max(1.5em,env(safe-area-inset-bottom));overflow:auto;width:27em;cursor:auto;border:1px solid #0000;border-radius:1.25em;overscroll-behavior:contain}' +
  '@media(max-width:30em){.dialog[open]{height:100dvh;border-radius:0;width:100%;inset:0}}' +
  '.close{display:block;top:0;z-index:1;padding-block:max(.75em,env(safe-area-inset-top)) .75em;margin-inline-start:auto;position:sticky;background-color:var(--b)}' +
  '@container(min-width:54em){.category{grid:auto/15em 1fr;gap:2em;display:grid}.heading{padding:1em 0}}' +
  '.best>*{min-height:max(9em,19em - 18cqi)}' +
  '@media(prefers-reduced-motion:no-preference){.answer:not([hidden]),.dialog{animation:i .25s}.question::after{transition:.3s}}@keyframes i{from{translate:0 -.5em;opacity:0}}@media(forced-colors:active){.urgent,.launcher,.send{color:CanvasText}}@media print{.footer,.foot,form,.launcher,.question::after{display:none}.answer[hidden]{display:block;content-visibility:visible}}' +
  'table{border-collapse:collapse}');

/* The script's own tag: an element stands where it stands, or at the end of the page. An
   /embed/ script leaves that to the page's own element, if it has one. */
const mount = () => {
  const query = new URLSearchParams(source[1]), el = h(TAG);
  for (const name of OPTIONS) {
    const value = script.dataset[name] || query.get(name)
      || {site: source[0].match(/embed\/(.+)\.js/)?.[1], api: HOME}[name];
    if (value) el.setAttribute(name, value);
  }
  const site = el.getAttribute('site');
  if (!site) return doc.querySelector(TAG) || warn('add data-site="…" to the script tag.');
  if (!script.dataset.site && doc.querySelector(`${TAG}[site="${site}"]:not([api])`)) return;
  if (script.closest('body')) script.after(el); else doc.body.append(el);
};
if (script?.src) script.closest('body') || doc.readyState != 'loading' ? mount() : addEventListener('DOMContentLoaded', mount);
})();
