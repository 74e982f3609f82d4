interface BlockedReasonProps {
  readonly id: string;
  /** Undefined while the button can be pressed. */
  readonly reason: string | undefined;
}

/** Beside a form's button: why it cannot be pressed yet. */
export function BlockedReason({ id, reason }: BlockedReasonProps) {
  if (reason === undefined) return null;
  return (
    <p id={id} className="mr-auto text-[0.8125rem] text-soft">
      {reason}
    </p>
  );
}
