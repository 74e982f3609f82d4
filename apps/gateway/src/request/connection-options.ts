/** Whether a list such as that of Connection holds the option. Both in lower case. */
export function isAsked(list: string, option: string): boolean {
  if (list === option) return true;
  if (!list.includes(option)) return false;
  return list.split(',').some((each) => each.trim() === option);
}
