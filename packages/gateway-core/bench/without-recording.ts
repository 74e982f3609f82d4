/** Loads modules without what records scopes, for a comparison within one process. */
import { registerHooks } from 'node:module';

/** At the end of the address of a module, it loads this module and all that it imports without recording. */
export const WITHOUT_RECORDING = '?without-recording';

/** What recording is, by the end of the address of its source, and what stands there without it. */
const CUTS: readonly (readonly [source: string, text: string, instead: string])[] = [
  [
    '/authorize/authorize.ts',
    'needs: recordedNeeds(keys, { slot, environment }, request.required, policies),',
    '',
  ],
];

registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, context);
    const isWithout = context.parentURL?.endsWith(WITHOUT_RECORDING);
    const isOurs = resolved.url.startsWith('file:') && !resolved.url.includes('/node_modules/');
    if (!isWithout || !isOurs || resolved.url.endsWith(WITHOUT_RECORDING)) return resolved;
    return { ...resolved, url: resolved.url + WITHOUT_RECORDING };
  },
  load(url, context, next) {
    const loaded = next(url, context);
    if (!url.endsWith(WITHOUT_RECORDING)) return loaded;
    let source = String(loaded.source);
    for (const [end, text, instead] of CUTS) {
      if (!url.endsWith(end + WITHOUT_RECORDING)) continue;
      if (!source.includes(text)) throw new Error(`"${text}" is not in ${url}`);
      source = source.replace(text, instead);
    }
    return { ...loaded, source };
  },
});
