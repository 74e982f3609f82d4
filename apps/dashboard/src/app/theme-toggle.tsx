import { Monitor, Moon, Sun } from 'lucide-react';
import { SegmentedChoice } from '../components/forms/choices.tsx';
import { setTheme, useTheme } from '../lib/theme.ts';

const CHOICES = [
  { value: 'light', icon: Sun, text: 'Light' },
  { value: 'dark', icon: Moon, text: 'Dark' },
  { value: 'system', icon: Monitor, text: 'Auto' },
] as const;

export function ThemeToggle() {
  return (
    <SegmentedChoice
      legend="Theme"
      value={useTheme()}
      onChoose={setTheme}
      choices={CHOICES.map(({ value, icon: Icon, text }) => ({
        value,
        label: (
          <>
            <Icon size={13} aria-hidden />
            {text}
          </>
        ),
      }))}
    />
  );
}
