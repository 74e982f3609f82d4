import { getRouteApi, useNavigate, useRouterState } from '@tanstack/react-router';
import { KeyPage } from '../features/api-keys/index.ts';

const route = getRouteApi('/inside/api-keys/$id');

export function KeyRoute() {
  const { id } = route.useParams();
  const navigate = useNavigate();
  const listSearch = useRouterState({ select: ({ location }) => location.state.listSearch }) ?? {};
  return (
    <KeyPage
      key={id}
      id={id}
      listSearch={listSearch}
      onGone={() => navigate({ to: '/api-keys', search: listSearch })}
    />
  );
}
