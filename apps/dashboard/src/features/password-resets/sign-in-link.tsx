import { Link } from '@tanstack/react-router';

export function SignInLink() {
  return (
    <p>
      <Link to="/sign-in" className="font-medium text-accent underline underline-offset-2">
        Go to sign-in
      </Link>
    </p>
  );
}
