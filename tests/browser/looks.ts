/**
 * Texts of the page by all that its style sheets can ask about them: the elements around each, with
 * their attributes and states, and the width of the window. Of texts that are alike, one. It runs in the
 * page: what it needs stands inside.
 */
export function findLooks(): Map<string, Element> {
  /** Attributes that name, address or fill an element, by which no style sheet chooses. */
  const unasked = /^(id|for|name|href|value|title|src|alt|d|x|y|(x|y)[12]|width|height|datetime)$/;
  const naming = /^aria-(label|labelledby|describedby|controls|owns|activedescendant|value.*)$/;
  const states = [
    ...[':hover', ':focus-within', ':focus-visible', ':disabled', ':checked', ':read-only'],
    ...[':placeholder-shown', ':first-child', ':last-child'],
  ];
  const hashes = new Map<Element, string>();
  const looks = new Map<string, Element>();

  function hashOf(element: Element): string {
    const known = hashes.get(element);
    if (known !== undefined) return known;
    const { parentElement: parent, localName, attributes } = element;
    const above = parent && parent !== document.body ? hashOf(parent) : `${innerWidth}`;
    const asked = [...attributes]
      .filter(({ name }) => !unasked.test(name) && !naming.test(name))
      // Places, and ids that the page numbers.
      .map(({ name, value }) => `${name}=${value.replace(/-?[\d.]+px|radix-\S+/g, '')}`);
    const hash = digest([above, localName, ...asked, ...states.filter(matches, element)].join(' '));
    hashes.set(element, hash);
    return hash;
  }

  function matches(this: Element, state: string): boolean {
    return this.matches(state);
  }

  /** 53 bits, so that no two looks of all pages share one by chance. */
  function digest(text: string): string {
    let [high, low] = [0xdeadbeef, 0x41c6ce57];
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      high = Math.imul(high ^ code, 2654435761);
      low = Math.imul(low ^ code, 1597334677);
    }
    high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
    low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
    return ((low >>> 0) * 2 ** 21 + (high >>> 11)).toString(36);
  }

  function hasText({ childNodes, localName }: Element): boolean {
    if (/^(input|select|textarea)$/.test(localName)) return true;
    return [...childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim());
  }

  for (const element of document.body.querySelectorAll('*')) {
    if (!hasText(element)) continue;
    const look = hashOf(element);
    if (!looks.has(look)) looks.set(look, element);
  }
  return looks;
}
