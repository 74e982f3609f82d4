import { useState } from 'react';

/** Gives the focus back to what had it at the first render, or to the page when that is gone. */
export function useReturnFocus(): (event: Event) => void {
  const [opener] = useState(() => document.activeElement);
  return (event) => {
    event.preventDefault();
    const back = opener instanceof HTMLElement && opener.isConnected && opener !== document.body;
    (back ? opener : document.getElementById('main'))?.focus();
  };
}
