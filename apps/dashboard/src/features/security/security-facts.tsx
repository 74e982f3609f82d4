import type { SecuritySettings } from '@tollkeeper/contract';
import { Fact, Facts } from '../../components/facts.tsx';
import { Panel } from '../../components/panel.tsx';
import { counted } from '../../lib/format-count.ts';

/** The settings for those who may only read them. */
export function SecurityFacts({ settings }: { readonly settings: SecuritySettings }) {
  const { keyLifetimeDaysMax, keyUnusedDaysMax, allowedIps } = settings;
  return (
    <Panel title="Rules" className="max-w-2xl">
      <Facts>
        <Fact term="Key lifetime">
          {keyLifetimeDaysMax === null
            ? 'Without end'
            : `${counted(keyLifetimeDaysMax, 'day')} at most`}
        </Fact>
        <Fact term="Unused keys">
          {keyUnusedDaysMax === null
            ? 'Stay enabled'
            : `Disabled after ${counted(keyUnusedDaysMax, 'day')}`}
        </Fact>
        <Fact term="Accepted from">
          {allowedIps.length === 0 ? (
            'Any address'
          ) : (
            <span className="font-mono text-[0.8125rem]">{allowedIps.join(', ')}</span>
          )}
        </Fact>
        <Fact term="Second factor">{settings.twoFactorRequired ? 'Required' : 'Optional'}</Fact>
        <Fact term="Sessions">End after {counted(settings.sessionHoursMax, 'hour')}</Fact>
      </Facts>
    </Panel>
  );
}
