import { getRouteApi } from '@tanstack/react-router';
import { DevicePage } from '../features/device/index.ts';

const route = getRouteApi('/device');

export function DeviceRoute() {
  return <DevicePage userCode={route.useSearch().user_code} />;
}
