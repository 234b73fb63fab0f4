// @ts-check
// The report's script: copies the command, and selects one event in all views that show it.
(() => {
  for (const button of document.querySelectorAll('button[data-copy]')) {
    button.addEventListener('click', () => copy(button));
  }

  /** @param {Element} button */
  function copy(button) {
    const source = document.getElementById(button.getAttribute('data-copy') ?? '');
    const status = button.parentElement?.querySelector('[role=status]');
    if (!source || !status) return;
    navigator.clipboard.writeText(source.textContent ?? '').then(
      () => {
        status.textContent = 'copied';
      },
      () => {
        // A page opened from disk may not be allowed to: leave the text selected instead.
        getSelection()?.selectAllChildren(source);
        status.textContent = 'selected: press Ctrl+C';
      },
    );
  }

  /** What stands for the same events as this part, in every view. @param {Element} part */
  function same(part) {
    const events = (part.getAttribute('data-event') ?? '').split(' ');
    return document.querySelectorAll(events.map(named).join(','));
  }

  /** @param {string} event */
  function named(event) {
    return `[data-event~="${CSS.escape(event)}"]`;
  }

  for (const part of document.querySelectorAll('[data-event]')) {
    const mark = (/** @type {boolean} */ on) => {
      for (const other of same(part)) other.classList.toggle('near', on);
    };
    part.addEventListener('mouseenter', () => mark(true));
    part.addEventListener('mouseleave', () => mark(false));
    // Of rows the link does it, which also has the keyboard.
    if (part instanceof SVGElement) {
      part.addEventListener('click', () => {
        const [first] = (part.getAttribute('data-event') ?? '').split(' ');
        location.hash = `event=${first}`;
      });
    }
  }

  /** Selects what the address names, and shows it in every view. */
  function follow() {
    for (const part of document.querySelectorAll('.selected')) {
      part.classList.remove('selected');
      part.removeAttribute('aria-current');
    }
    const event = /^#event=(t?\d+)$/.exec(location.hash)?.[1];
    const found = event === undefined ? null : document.querySelector(named(event));
    if (!found) return;
    for (const part of same(found)) {
      part.classList.add('selected');
      part.setAttribute('aria-current', 'true');
      const folded = part.closest('details');
      if (folded) folded.open = true;
      centre(part);
      centreRow(part);
    }
    found.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }

  /** @param {Element} box */
  function centre(box) {
    const scroller = box.closest('.scroll');
    if (!scroller) return;
    const [inner, outer] = [box.getBoundingClientRect(), scroller.getBoundingClientRect()];
    scroller.scrollLeft += (inner.left + inner.right - outer.left - outer.right) / 2;
  }

  /** Scrolls the long table of a row, without moving the page. @param {Element} row */
  function centreRow(row) {
    const scroller = row.closest('.scroll.tall');
    if (!scroller) return;
    const [inner, outer] = [row.getBoundingClientRect(), scroller.getBoundingClientRect()];
    scroller.scrollTop += (inner.top + inner.bottom - outer.top - outer.bottom) / 2;
  }

  // Long tables open at the first line that matters.
  for (const scroller of document.querySelectorAll('.scroll.tall')) {
    const row = scroller.querySelector('tr.conflict');
    if (!row) continue;
    centreRow(row);
    scroller.closest('details')?.addEventListener('toggle', () => {
      centreRow(scroller.querySelector('tr.selected') ?? row);
    });
  }

  for (const filter of document.querySelectorAll('.filter')) {
    if (filter instanceof HTMLElement) filter.hidden = false;
    filter.addEventListener('input', () => sift(filter));
  }

  /** Leaves the steps of the chosen nodes that have the words. @param {Element} filter */
  function sift(filter) {
    const words = filter.querySelector('input[type=search]');
    const wanted = words instanceof HTMLInputElement ? words.value.toLowerCase() : '';
    const nodes = new Set();
    for (const box of filter.querySelectorAll('input[type=checkbox]')) {
      if (box instanceof HTMLInputElement && box.checked) nodes.add(box.value);
    }
    const section = filter.closest('section');
    let [shown, all] = [0, 0];
    for (const part of section?.querySelectorAll('[data-node]') ?? []) {
      const has = (part.textContent ?? '').toLowerCase().includes(wanted);
      const isShown = has && nodes.has(part.getAttribute('data-node'));
      part.classList.toggle('sifted', !isShown);
      if (part instanceof SVGElement) continue;
      all++;
      if (isShown) shown++;
    }
    const status = filter.querySelector('[role=status]');
    if (status) status.textContent = `${shown} of ${all} lines`;
  }

  for (const culprit of document.querySelectorAll('[data-culprit]')) centre(culprit);
  follow();
  addEventListener('hashchange', follow);
})();
