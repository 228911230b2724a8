// Hunts were once kept by their place in the catalogue. These are the ids of the 52 that there were then, in that order.
const IDS = [
  "f4e24f", "4a954d", "8d0fb2", "2520be", "a1501b", "900bfa", "972add", "6ac9b3", "961477", "f2f4f6",
  "5cb06b", "2c2e42", "89c513", "79b963", "47730d", "2e5f3b", "ece4d5", "e49ce8", "a71f40", "9eb00a",
  "cfa06f", "c47929", "8738d4", "212152", "cc0b53", "f2f0fe", "47f525", "0be752", "9c2e58", "76e56e",
  "9ab288", "3b99d7", "a388c6", "fd7845", "bbe7fe", "374745", "c823b8", "53604a", "8f30d9", "b4c3c5",
  "0efa04", "08d587", "42a0c0", "e5650d", "a2d8be", "5b56f9", "935402", "95f699", "55ae13", "ade9a3",
  "8f5767", "502a4f",
];

/** Progress by id, made of progress by number; what was found since is kept where both are there. */
export function carried(found) {
  const entries = Object.entries(found).map(([key, one]) => [IDS[key] ?? key, one, key in IDS]);
  const renamed = ([id, one]) => [id, { ...one, at: one.at.replace(/#.*/, `#hunt-${id}`) }];
  const old = entries.filter(([, , numbered]) => numbered).map(renamed), since = entries.filter(([, , numbered]) => !numbered);
  return Object.fromEntries([...old, ...since.map(([id, one]) => [id, one])]);
}
