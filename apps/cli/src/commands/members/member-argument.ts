export const MEMBER_ARGUMENT = ['<member>', 'me, an id, an email or an exact name'] as const;
