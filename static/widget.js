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
  const names = spec.split('.'), el = Object.assign(doc.createElement(names[0] || 'div'), props);
  if (names[1]) el.setAttribute('part', el.className = names[1]);
  el.append(...children.flat().filter(x => x));
  return el;
};
const warn = text => console.warn(`${TAG}: ${text}`);
const get = async (url, init) => {
  const answer = await fetch(url, init);
  if (!answer.ok) throw answer.status;
  return answer.json().catch(() => {});
};

/* Answers come as trees: a text, or [tag, attributes, ...children]. Of what is not named here
   only the text stays, whatever the server says. No tag of one or two letters does harm; the
   others are a list, because a browser makes machine code of a long pattern and keeps that. */
const TAGS = 'img pre code table thead tbody strong blockquote'.split(' ');
const safe = url => /^(https?|mailto|tel):/i.test(url) ? url : '';
const link = (href, text) => safe(href) ? h('a', {dir: 'auto', href}, text) : text;
const build = nodes => nodes.map(node => {
  if (!node.map) return node;
  const tag = node[0], el = h(/^[a-z]\w?$/.test(tag) || TAGS.includes(tag) ? tag : 'span', 0, build(node.slice(2)));
  Object.entries(node[1]).map(([name, value]) =>
    /^(href|src|alt|title|scope|start|rel|loading|referrerpolicy)$/.test(name)
      && el.setAttribute(name, /href|src/.test(name) ? safe(value) : value));
  return tag == 'table' ? h('.table', {tabIndex: 0}, el) : el;
});
const plain = nodes => nodes.map(node => node.map ? plain(node.slice(2)) : node).join(' ');

/* A snippet is escaped text with <mark> around what matched. */
const snippet = html => html.split(/<\/?mark>/).map((piece, i) => {
  piece = piece.replace(/&(.*?);/g, (_, name) => 'lt<gt>amp&quot"'.split(name)[1]?.[0] || "'");
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
  new Set(words(query)).forEach(word => {
    const term = word.length > 4 ? word.replace(/(e?s|ed|ing)$/, '') : word;
    const worth = entry => 3 - prepare(entry).findIndex(text => text.includes(' ' + term)) & 3;
    const hits = entries.filter(worth), weight = Math.log((entries.length + 1) / hits.length);
    if (weight > 1) marks.push(term);
    hits.map(entry => entry.score += worth(entry) * weight);
  });
  const found = entries.sort((a, b) => b.score - a.score);
  return [found.filter(entry => entry.score > found[0].score / 2).slice(0, 6), marks];
};

/* Where the script came from, also when that is below a path. */
const script = doc.currentScript;
const source = (script?.src || '/').split('?'), HOME = source[0].replace(/(embed\/)?[^/]*$/, '');
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
  let categories, keys, results, marks, site, path, life, shown, painted, root, lang, base, items, frame, input;
  let best, chosen, urgent, status, T, dialog, ui, credit, timer, todo, cache, rows, aborter;

  const option = name => host.getAttribute(name) || '';
  const emit = (name, detail) => host.dispatchEvent(new CustomEvent('faq:' + name, {bubbles: true, detail}));
  /* Plain text needs no preflight; the server reads it as JSON. */
  const post = (what, data) => get(path + what, {body: JSON.stringify(data), method: 'POST'});
  const find = id => chosen?.[keys[id]];
  const entries = () => Object.values(chosen);
  const foreign = entry => entry.lang.slice(0, 2) != lang.slice(0, 2);
  const highlight = text => !marks[0] ? text : text.split(/([\p{L}\p{N}]+)/u).map(piece =>
    marks.some(mark => line(piece).includes(' ' + mark)) ? h('mark', 0, piece) : piece);

  /* Builds in slices between the page's own tasks, so that it stays responsive. The first one is
     built with the page and fills a window, so that what stands below is not pushed down in sight. */
  const work = () => {
    todo.splice(0, 20).map(step => step());
    if (todo[0]) setTimeout(work);
  };
  const inSlices = step => {
    entries().map(entry => todo.push(() => step(entry)));
    work();
  };

  const list = (label, children = []) => (children = children.filter(x => x))[0]
    && h('', 0, h('b', 0, label), h('ul', 0, children.map(child => h('li', {dir: 'auto'}, child))));
  const answer = ({notice = site.notice, answer, reviewed_by, last_reviewed, sources}) =>
    h('.text', 0, build(answer), notice && h('.notice', 0, notice), (reviewed_by || last_reviewed || sources) && h('.meta', ui,
      list(T.reviewed, [reviewed_by, last_reviewed && day(last_reviewed)]),
      list(T.sources, sources?.map(source => link(source.url, source.title)))));
  const day = date => new Date(date + 'T12:00').toLocaleDateString(lang, {dateStyle: 'long'});
  /* Of an answer what only an open one needs: most of its elements. */
  const more = entry => {
    const copy = link(new URL('#faq-' + encodeURIComponent(entry.id), location), T.copy);
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

  const tongue = entry => h('span.meta', ui, new Intl.DisplayNames(lang, {type: 'language'}).of(entry.lang));
  /* A question that opens: heading, preview of the answer if any, answer. Rows share their
     handlers, and what runs once for each of them is short: a browser makes machine code of it
     and keeps that. */
  const item = (entry, preview, level = 'h3') => h('.item', {entry, lang: entry.lang, dir: entry.dir},
    h(level, 0, h('button.question', {onclick: toggle, ariaExpanded: false},
      h('span', 0, highlight(entry.question), foreign(entry) && [' · ', tongue(entry)]))),
    preview && h('.preview', 0, preview),
    h('.answer', {hidden: 'until-found', onbeforematch: toggle}));
  const toggle = event => show(event.currentTarget.closest('.item'));
  const fill = (row, all) => {
    const panel = row.lastChild;
    if (!panel.firstElementChild) panel.replaceChildren(answer(row.entry));
    if (all && !panel.children[1]) panel.append(more(row.entry));
  };
  const show = (row, on = row.lastChild.hidden) => {
    const button = row.querySelector('button'), panel = row.lastChild;
    if (on) {
      emit('open', {id: row.entry.id});
      complete(row.entry).then(() => fill(row, true)).catch(() => panel.textContent = T.error);
    }
    row.children[1].hidden = on; // the preview, or else the panel, which comes next
    panel.hidden = on ? false : 'until-found';
    button.ariaExpanded = !!on;
    return button;
  };

  const fillIn = entry => entry.answer && fill(items[entry.id]);
  const contact = ({label, url, email, phone} = site.contact) => h('.contact', 0,
    phone && link('tel:' + phone.replace(/ /g, ''), phone), email && link('mailto:' + email, email),
    url && link(url, label || T.contact));

  /* Its fields are made when it is opened first; what was searched for stands in it. */
  const askForm = () => {
    let text;
    const fields = () => {
      const email = h('input.input', {type: 'email', autocomplete: 'email'}), note = h('p', {role: 'status'});
      text = h('textarea.input', {required: true, maxLength: 2000, ariaLabel: T.ask});
      box.append(h('form', {onsubmit: event => {
        event.preventDefault();
        post('/questions', {question: text.value, email: email.value}).then(() => {
          text.value = '';
          note.textContent = T.thanks;
        }, () => note.textContent = T.error);
      }}, text, h('label', 0, T.email, email), h('.meta', 0, T.private), h('button.send', 0, T.send), note));
    };
    const box = h('details.ask', 0, h('summary', {onclick: () => {
      text || fields();
      text.value ||= input.value;
    }}, T.ask));
    return box;
  };

  /* Searching. What is here is ranked at once; the server's answer then fills the room kept
     above it and adds rows below, so that nothing moves that is already painted. Where the best
     answer was the first row, a heading for the others takes its place, unless it is in use. */
  const update = now => {
    const query = input.value.trim();
    clearTimeout(timer);
    aborter?.abort();
    results.hidden = best.hidden = !(categories.hidden = query);
    status.textContent = '';
    urgent.textContent = site.urgent.terms.some(term => line(query).includes(line(term))) ? site.urgent.text : '';
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
    const mine = aborter = new AbortController;
    credit = 0;
    cache[query] = await get(path + '/search?limit=8&q=' + encodeURIComponent(query), mine).catch(() => {});
    mine.signal.aborted || settle(query);
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
          || twin.replaceWith(h('.item label', {style: `align-content:end;padding-bottom:.5em;height:${twin.getBoundingClientRect().height}px`}, T.other));
      } else if (place < 0) results.append(row);
      if (place < 0) shown.push(entry);
    }
    best.replaceChildren(h('', 0, first ? [h('.label', 0, T.best), first] : [data.query ? T.none : T.offline,
      data.suggestion && h('p', 0, T.suggest, ' ', h('button.link', {onclick: () => search(data.suggestion)}, data.suggestion)), contact()]));
    status.textContent = T.found + ': ' + shown.length;
    emit('search', {answered: !!first, results: shown.length});
  };

  const search = text => {
    if (!chosen) return;
    dialog?.showModal();
    input.value = text;
    update(true);
  };
  const open = id => {
    search('');
    const entry = find(id);
    if (!entry) return;
    while (!items[entry.id]) todo.shift()();
    const button = show(items[entry.id], true);
    button.focus();
    button.scrollIntoView();
  };
  const close = () => {
    search('');
    dialog?.close();
  };
  const fromHash = () => {
    const id = doc.URL.split('#faq-')[1];
    if (find(id)) open(id);
  };

  const page = () => {
    items = {__proto__: null};
    cache = {__proto__: null};
    todo = [];
    credit = 2; // five keystrokes buy a request at once, others wait
    marks = rows = [];
    input = h('input.input', {type: 'search', oninput: () => {
      credit++;
      update();
    }, onkeydown: event => event.key != 'Enter' || update(true), onfocus: () => inSlices(prepare)});
    status = h('.status', {role: 'status'});
    urgent = h('.urgent', {role: 'alert'});
    best = h('.best', {hidden: true});
    results = h('.results', {hidden: true});
    categories = h('.categories');
    for (const name of [...site.categories, null]) {
      const members = entries().filter(entry => entry.category == name), title = name || site.categories[0] && T.other, box = h('');
      if (members[0]) todo.push(() => categories.append(h('.category', 0, title && h('h3.heading', 0, title), box)));
      for (const entry of members) todo.push(() => items[entry.id] = box.appendChild(item(entry, '', title && 'h4')));
    }
    inSlices(fillIn);
    return h('.body', 0, h('h2.title', 0, T.title), T.intro && h('.intro', 0, T.intro),
      h('search.search', 0, h('label', 0, T.search, input)),
      status, urgent, best, results, categories, h('.footer', 0, contact(), site.features.questions && askForm()));
  };
  /* Until it is painted, or cannot be, the page shows what stands inside the element. */
  const paint = () => {
    frame = h('.faq', ui);
    frame.style.colorScheme = option('theme').replace('auto', 'light dark');
    root ||= host.attachShadow({mode: 'open'});
    root.adoptedStyleSheets = [sheet];
  };

  const render = all => {
    /* Of an entry and its translations ("parking", "parking-es") the one in the reader's language. */
    keys = {__proto__: null};
    chosen = {};
    all.map(entry => {
      let key = (entry.id + '/').replace('-' + entry.lang + '/', '/');
      if (chosen[key]?.lang == entry.lang) key += entry.id;
      if (!chosen[key] || !foreign(entry)) chosen[key] = entry;
      keys[entry.id] = keys[encodeURIComponent(entry.id)] = key;
    });
    paint();
    frame.style.setProperty('--faq-accent', option('accent'));
    for (const name in site.theme) frame.style.setProperty('--faq_' + name, site.theme[name]);
    dialog = null;
    if (option('mode') == 'launcher') {
      dialog = h('dialog.dialog', {onclick: event => event.target != dialog || close(), ariaLabel: T.title}, h('button.close', {onclick: close}, T.close), page());
      frame.style.display = 'contents';
      frame.append(dialog, h('button.launcher', {onclick: () => dialog.showModal()}, T.open));
    } else frame.append(page());
    root.replaceChildren(frame);
    emit('ready', {entries: entries().length, site: option('site')});
    fromHash();
    if (!all[0]?.answer) setTimeout(() => complete(0).then(() => inSlices(entry => {
      entry.fields = 0;
      prepare(entry);
      fillIn(entry);
    }), () => {}), 2000);
  };

  /* A large site's answers come after its questions. */
  const complete = async entry => {
    if (!entry.answer) for (const {id, answer} of (await share(path + '/bundle')).entries) if (find(id)?.id == id) find(id).answer = answer;
  };

  const start = () => {
    clearTimeout(timer);
    clearTimeout(life);
    (host.isConnected ? addEventListener : removeEventListener)('hashchange', fromHash);
    life = setTimeout(load); // the script's end, data(), and further attributes come first
  };
  const load = async () => {
    const wanted = OPTIONS.map(option) + '', mine = life;
    if (!host.isConnected || wanted == painted) return;
    base = (option('api') || HOME).replace(/\/?$/, '/');
    path = siteAt(base, option('site'));
    for (const [what, allowed] of [['mode', 'inline launcher'], ['theme', 'light dark auto']])
      if (!allowed.includes(option(what))) warn(`${what}="${option(what)}" is unknown: use one of ${allowed}.`);
    try {
      const bundle = await share(path, path + '/bundle?parts=questions');
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
      warn(`${error} from ${path}: correct data-site or the site's origins.`);
      paint();
      frame.append(h('', {role: 'alert'}, TEXTS.error, h('button.button', {onclick: start}, TEXTS.retry)));
      root.replaceChildren(frame, h('slot'));
    }
  };
  Object.assign(host, {open, search, close});
  return start;
};

customElements.get(TAG) || customElements.define(TAG, class extends HTMLElement {
  static observedAttributes = OPTIONS;
  start = view(this);
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

/* The host page's rules lose: on the element to !important, inside it to
   `all: initial`. What the page sets goes before the site's theme (--faq_). The part names are
   the class names. A passage is a column, so that what has no room is left out by whole lines;
   the whole is a float, which takes no underline from the page.
   The order is what compresses best where the cascade leaves it open. */
sheet.replaceSync(
  '*,::after{margin:0;padding:0;box-sizing:border-box}' +
  ':host{all:initial!important;font-family:inherit!important;color-scheme:inherit!important;width:100%!important;display:flow-root!important}' +
  'dialog[open],textarea,input,button{all:unset;box-sizing:border-box}' +
  '::-webkit-search-cancel-button{filter:contrast(0);padding:.5em;margin:-.5em}' +
  '.faq{all:initial;background-color:var(--b);float:left;width:100%;color-scheme:inherit;--c:var(--faq-accent,var(--faq_accent,#0b6e5f));color:var(--t);--m:rgb(from var(--t) r g b/75%);--l:rgb(from var(--t) r g b/15%);line-height:1.6;box-shadow:0 0 0 1em var(--b);--a:light-dark(oklch(from var(--c) min(l,.5) c h),oklch(from var(--c) max(l,.8) c h));font-family:inherit;--r:var(--faq-radius,var(--faq_radius,12px));--f:rgb(from var(--a) r g b/6%);overflow-wrap:anywhere;--b:var(--faq-background,var(--faq_background,light-dark(#fff,#161c21)));--t:var(--faq-text,var(--faq_text,light-dark(#1d2730,#e6ebee)));font-size:var(--faq-size,var(--faq_size,medium))}' +
  '.urgent:empty,:host([hidden]){display:none!important}h6,h3,h5,h4{font-size:1.1em}' +
  '.best .question{font-weight:600;padding:.25em 0;font-size:1.1em}' +
  '.search,.footer,.category{padding-top:2em}' +
  '.results .preview{font-size:.9em;margin:-.5em 0 1em}' +
  'img{height:auto;max-width:100%}' +
  '.best>*,.best .item{display:flex;flex-direction:column;flex:1}' +
  '.body{max-width:72em;margin:auto;container-type:inline-size}label{display:block}' +
  'dialog[open],.launcher{position:fixed;box-shadow:0 0 2em #0004;inset-inline-end:1.25em}' +
  '.preview{columns:1;flex:1 0 0;overflow:hidden}' +
  'blockquote,ul,ol{padding-inline-start:1.25em}' +
  '.status,.close,.meta,.preview,.intro{color:var(--m)}' +
  'th,td{padding:.5em 1.25em .5em 0;text-align:start;vertical-align:top;border-bottom:1px solid var(--l)}' +
  ':focus-visible{outline-offset:2px;border-radius:4px;outline:3px solid var(--a)}.status{height:1.6em}' +
  '.title{margin-bottom:.5em;line-height:1.2;text-wrap:balance;font-size:1.8em}' +
  '.item+.item{border-top:1px solid var(--l)}' +
  '.input{cursor:text;border:1px solid rgb(from var(--t) r g b/55%);margin:.5em 0;width:100%;outline-offset:-2px;border-radius:var(--r);background-color:var(--b);font-weight:400;padding:.75em 1em}' +
  '.status,.label,.meta{font-size:.9em}' +
  '.item:nth-child(n+12){overflow-clip-margin:5px;content-visibility:auto;contain-intrinsic-size:auto 3.96em}' +
  'label,.contact,.label,.button,.launcher,.send,summary,b,.urgent{font-weight:600}' +
  '.best,.ask,.urgent,.notice{border:1px solid #0000;border-radius:var(--r);background:var(--f);margin-top:.75em;padding:1em 1.25em}' +
  '.question{font-weight:500;scroll-margin:5em;display:flex;width:100%;gap:1em;padding:1em 0}' +
  '.table,pre{overflow:auto}.text>*,form>*,.meta>*{margin-bottom:1em}' +
  '.question::after{width:.5em;margin-block:.4em;border:solid;flex:none;content:"";border-width:0 .1em .1em 0;height:.5em;margin-inline:auto .25em;rotate:45deg}' +
  '.urgent{white-space:pre-line;background:#a11;color:#fff}' +
  '@keyframes i{from{opacity:0;translate:0 -.5em}}' +
  '.meta ul,.contact,.foot{list-style:none;gap:.5em 1.25em;padding:0;display:flex;flex-wrap:wrap}' +
  'dialog[open]{background-color:var(--b);bottom:1.25em;border:1px solid #0000;border-radius:1.25em;overflow:auto;width:27em;padding:0 1.5em max(1.5em,env(safe-area-inset-bottom));height:min(45em,100% - 2.5em);overscroll-behavior:contain}' +
  'button:hover{text-decoration:underline;cursor:pointer}' +
  '.best>*{min-height:max(9em,19em - 18cqi)}.preview,.intro,.answer{max-width:68ch}' +
  '@media(prefers-reduced-motion:no-preference){.answer:not([hidden]){animation:i .25s}.question::after{transition:.3s}}' +
  '.link,summary,a{text-decoration:underline;cursor:pointer;padding:.3em 0;text-underline-offset:.2em}' +
  '.question[aria-expanded=true],.label,.button,.link,summary,a{color:var(--a)}' +
  '.button{padding:.3em 1em;margin-inline-start:.4em;border:1px solid var(--l);border-radius:9em}' +
  '.launcher,.send{color:Canvas;border:1px solid #0000;padding:.75em 1.5em;background:var(--a);border-radius:9em}' +
  '.launcher{z-index:9999999999;bottom:max(1.25em,env(safe-area-inset-bottom))}' +
  '@media(max-width:30em){dialog[open]{border-radius:0;width:100%;height:100dvh;inset:0}}' +
  '.label:only-child,[open]+.launcher{visibility:hidden}' +
  'mark{background:rgb(from var(--a) r g b/25%);color:inherit}' +
  '[aria-expanded=true]::after{margin-top:.7em;rotate:225deg}' +
  '.close{top:0;margin-inline-start:auto;position:sticky;z-index:1;padding-block:max(.75em,env(safe-area-inset-top)) .75em;background-color:var(--b);display:block}' +
  '@media(forced-colors:active){.urgent,.launcher,.send,mark{color:CanvasText}}@container(min-width:54em){.category{grid:auto/15em 1fr;gap:2em;display:grid}.heading{padding:1em 0}}' +
  'table{border-collapse:collapse}' +
  '@media print{.footer,.foot,.search,.launcher,.question::after{display:none}.answer[hidden]{content-visibility:visible;display:block}}');

/* The script's own tag: an element stands where it stands, or at the end of the page. An
   /embed/ script leaves that to the page's own element, if it has one. */
const mount = () => {
  const query = source[1] && new URLSearchParams(source[1]), el = h(TAG);
  for (const name of OPTIONS) {
    const value = script.getAttribute('data-' + name) || query?.get(name)
      || {site: source[0].match(/embed\/(.+)\.js/)?.[1], api: HOME}[name];
    if (value) el.setAttribute(name, value);
  }
  const site = el.getAttribute('site');
  if (!site) return doc.querySelector(TAG) || warn('add data-site="…" to the script tag.');
  if (!script.getAttribute('data-site') && doc.querySelector(`${TAG}[site="${site}"]:not([api])`)) return;
  if (script.closest('body')) script.after(el); else doc.body.append(el);
};
if (script?.src) script.closest('body') || doc.readyState != 'loading' ? mount() : addEventListener('DOMContentLoaded', mount);
})();
