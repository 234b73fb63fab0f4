// @ts-check
// The report's script: copies the command, and links each drawn operation with its table row.
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

  /** @param {string} id @param {boolean} on */
  function mark(id, on) {
    for (const element of document.querySelectorAll(`[data-operation="${CSS.escape(id)}"]`)) {
      element.classList.toggle('selected', on);
    }
  }

  for (const element of document.querySelectorAll('[data-operation]')) {
    const id = element.getAttribute('data-operation') ?? '';
    for (const name of ['mouseenter', 'focus'])
      element.addEventListener(name, () => mark(id, true));
    for (const name of ['mouseleave', 'blur'])
      element.addEventListener(name, () => mark(id, false));
    if (element instanceof HTMLElement) element.addEventListener('focus', () => show(id));
  }

  /** Scrolls the drawing sideways to an operation, without moving the page. @param {string} id */
  function show(id) {
    const box = document.querySelector(`g[data-operation="${CSS.escape(id)}"]`);
    if (box) centre(box);
  }

  /** @param {Element} box */
  function centre(box) {
    const scroller = box.closest('.scroll');
    if (!scroller) return;
    const [inner, outer] = [box.getBoundingClientRect(), scroller.getBoundingClientRect()];
    scroller.scrollLeft += (inner.left + inner.right - outer.left - outer.right) / 2;
  }

  // Long tables open at the first line that matters.
  for (const scroller of document.querySelectorAll('.scroll.tall')) {
    const row = scroller.querySelector('tr.conflict');
    if (!row) continue;
    const centreRow = () => {
      const [inner, outer] = [row.getBoundingClientRect(), scroller.getBoundingClientRect()];
      scroller.scrollTop += (inner.top + inner.bottom - outer.top - outer.bottom) / 2;
    };
    centreRow();
    scroller.closest('details')?.addEventListener('toggle', centreRow);
  }

  const culprit = document.querySelector('[data-culprit]');
  if (culprit) centre(culprit);
})();
