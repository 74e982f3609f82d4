const STORED = 'tollkeeper.organization';

// Each tab keeps its own choice; a new tab begins with the latest of any.
let chosen = readStored();

/** The header that names the chosen organization; empty for people who belong to only one. */
export function organizationHeader(): Record<string, string> {
  return chosen ? { 'x-organization-id': chosen } : {};
}

/** @param id undefined forgets the choice: the server then takes the only organization */
export function chooseOrganization(id: string | undefined): void {
  chosen = id;
  try {
    for (const storage of [sessionStorage, localStorage]) {
      if (id) storage.setItem(STORED, id);
      else storage.removeItem(STORED);
    }
  } catch {
    // Storage can be forbidden; the choice then lasts as long as the page.
  }
}

function readStored(): string | undefined {
  try {
    return sessionStorage.getItem(STORED) ?? localStorage.getItem(STORED) ?? undefined;
  } catch {
    return undefined;
  }
}
