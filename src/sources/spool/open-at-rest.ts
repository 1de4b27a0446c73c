import { holdUp } from '../hold-up.js';
import { openSide, type Side, type SideSpec } from './open-side.js';

/** Before a list that a server is writing to is opened once more. Unit: ms. */
const BACK_OFF = [20, 100, 300, 1000] as const;

/**
 * Opens a side whose mailbox list was found sound before: where it is not ready now, a server is in the middle of a write,
 * and it is tried again. What comes back may still not be ready.
 * @param isReady by default, when its database can be opened
 * @param onOpen called with every try, as soon as the databases are open
 */
export function openAtRest(
  spec: SideSpec,
  isReady: (side: Side) => boolean = ({ list }) => list.db !== undefined,
  onOpen: (side: Side) => void = () => undefined,
): Side {
  for (let attempt = 0; ; attempt++) {
    const side = openSide(spec);
    onOpen(side);
    const delay = BACK_OFF[attempt];
    if (isReady(side) || delay === undefined) return side;
    side.close();
    holdUp(delay);
  }
}
