// Keys, preferences and reconnecting. Everything else is rendered by Tieline itself.
(() => {
  'use strict';
  const year = 60 * 60 * 24 * 365;
  const keep = (name, value) => { document.cookie = `tieline-${name}=${encodeURIComponent(value)}; path=/; max-age=${year}; samesite=strict`; };
  const kept = name => document.cookie.split('; ').find(one => one.startsWith(`tieline-${name}=`))?.split('=')[1];

  // From now on clicks are answered.
  window.tieline = { alive: () => { document.documentElement.dataset.alive = ''; } };

  // The zone of this browser, for who wants local times: Tieline renders them.
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || String(-new Date().getTimezoneOffset());
  if (decodeURIComponent(kept('zone') ?? '') !== zone) {
    keep('zone', zone);
    if (kept('time') === 'local') location.reload();
  }

  document.addEventListener('change', event => {
    const name = event.target.dataset?.preference;
    if (!name) return;
    if (name === 'theme') {
      keep('theme', event.target.value);
      document.documentElement.dataset.theme = event.target.value;
      window.dispatchEvent(new Event('tieline-theme'));
    } else if (name === 'keys') {
      keep('keys', event.target.checked ? 'on' : 'off');
    } else {
      keep(name, event.target.value);
      location.reload();
    }
  });

  document.addEventListener('click', event => {
    const opens = event.target.closest?.('[data-opens]')?.dataset.opens;
    if (opens) document.getElementById(opens)?.showModal();
    const copies = event.target.closest?.('[data-copies]')?.dataset.copies;
    if (copies) navigator.clipboard?.writeText(copies);
  });

  // A search goes without loading the page anew; without the socket the form does it.
  document.addEventListener('submit', event => {
    if (event.target.getAttribute('role') !== 'search' || !window.Blazor?.navigateTo) return;
    event.preventDefault();
    window.Blazor.navigateTo(`/events?q=${encodeURIComponent(new FormData(event.target).get('q').trim())}`);
  });

  const pages = { n: '/', e: '/events', t: '/trouble', d: '/destinations', a: '/trust' };
  let going = 0;
  document.addEventListener('keydown', event => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.closest?.('input, select, textarea, [contenteditable]');
    if (event.key === 'Escape' && typing) { typing.blur(); return; }
    if (event.key === 'Enter' && event.target.matches?.('tr[data-row]')) { event.target.querySelector('a, button')?.click(); return; }
    if (typing || document.querySelector('dialog[open]') || kept('keys') === 'off') return;
    if (going && performance.now() - going < 1500) {
      going = 0;
      if (pages[event.key]) { event.preventDefault(); window.Blazor?.navigateTo(pages[event.key]); return; }
    }
    switch (event.key) {
      case '/': event.preventDefault(); document.getElementById('search')?.focus(); break;
      case '?': event.preventDefault(); document.getElementById('keys')?.showModal(); break;
      case 'g': going = performance.now(); break;
      case 'j': case 'k': {
        const rows = [...document.querySelectorAll('tr[data-row]')];
        const at = rows.indexOf(document.activeElement?.closest?.('tr[data-row]'));
        const next = rows[event.key === 'j' ? at + 1 : Math.max(0, at - 1)];
        if (next) { event.preventDefault(); next.tabIndex = -1; next.focus(); next.scrollIntoView({ block: 'nearest' }); }
        break;
      }
    }
  });

  // Tieline forgets a page when it restarts; the cookie outlives that, so that the page need only be loaded again once it answers.
  const modal = document.getElementById('components-reconnect-modal');
  if (modal) {
    let asking = false;
    new MutationObserver(async () => {
      if (asking || !/components-reconnect-(rejected|failed)/.test(modal.className)) return;
      asking = true;
      for (;;) {
        try {
          const answer = await fetch('/health/live', { cache: 'no-store' });
          if (answer.ok && (await fetch(location.href, { cache: 'no-store' })).status < 500) { location.reload(); return; }
        } catch { /* not yet */ }
        await new Promise(done => setTimeout(done, 2000));
      }
    }).observe(modal, { attributes: true });
  }
})();
