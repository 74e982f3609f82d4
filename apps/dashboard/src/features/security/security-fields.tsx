import { AllowedIpsField } from '../../components/allowed-ips-field.tsx';
import { CheckRow } from '../../components/check-row.tsx';
import { LineField } from '../../components/line-field.tsx';
import { DAYS_RULE, parseDays } from '../../lib/parse-days.ts';
import { parseHours, type SecurityDraft } from './security-draft.ts';

interface SecurityFieldsProps {
  readonly draft: SecurityDraft;
  readonly errors: { readonly [K in keyof SecurityDraft]?: string };
  readonly onChange: (part: Partial<SecurityDraft>) => void;
}

export function SecurityFields({ draft, errors, onChange }: SecurityFieldsProps) {
  return (
    <>
      <LineField
        label="Longest lifetime of a key, in days"
        hint="Counted from its creation. Empty is without end."
        inputMode="numeric"
        className="max-w-32"
        error={dayError(draft.keyLifetimeDaysMax) ?? errors.keyLifetimeDaysMax}
        value={draft.keyLifetimeDaysMax}
        onValue={(keyLifetimeDaysMax) => onChange({ keyLifetimeDaysMax })}
      />
      <LineField
        label="Disable keys unused for, in days"
        hint="A daily job does it, and warns before. Empty is never."
        inputMode="numeric"
        className="max-w-32"
        error={dayError(draft.keyUnusedDaysMax) ?? errors.keyUnusedDaysMax}
        value={draft.keyUnusedDaysMax}
        onValue={(keyUnusedDaysMax) => onChange({ keyUnusedDaysMax })}
      />
      <AllowedIpsField
        ranges={draft.allowedIps}
        hint="Where keys and sessions are accepted from, and where gateways may join from. Those that have joined stay connected from anywhere. Empty is anywhere."
        error={errors.allowedIps}
        onRanges={(allowedIps) => onChange({ allowedIps })}
      />
      <CheckRow
        label="Require a second factor"
        hint="Members without an authenticator app or a passkey can do nothing but set one up."
        checked={draft.twoFactorRequired}
        error={errors.twoFactorRequired}
        onCheck={(twoFactorRequired) => onChange({ twoFactorRequired })}
      />
      <LineField
        label="Sessions end after, in hours"
        hint="Counted from sign-in, 1 to 720."
        inputMode="numeric"
        className="max-w-32"
        error={hourError(draft.sessionHoursMax) ?? errors.sessionHoursMax}
        value={draft.sessionHoursMax}
        onValue={(sessionHoursMax) => onChange({ sessionHoursMax })}
      />
    </>
  );
}

function dayError(text: string): string | undefined {
  return parseDays(text) === undefined ? DAYS_RULE : undefined;
}

function hourError(text: string): string | undefined {
  return parseHours(text) === undefined ? 'Use a whole number of hours, 1 to 720.' : undefined;
}
