import { Copy } from 'lucide-react';
import { toast } from 'sonner';
import { copyText } from '../lib/copy-text.ts';
import { MenuItem } from './menu.tsx';

/** In the menu of a row: its id, for the command line and the API. */
export function CopyIdItem({ id }: { readonly id: string }) {
  async function copy() {
    if (await copyText(id)) toast.success('Copied the ID', { description: id });
    else
      toast.error('The browser did not allow copying. Copy the ID by hand.', { description: id });
  }

  return (
    <MenuItem icon={<Copy size={15} aria-hidden />} onSelect={copy}>
      Copy ID
    </MenuItem>
  );
}
