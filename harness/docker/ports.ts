/** Every node has an address of its own, so all use the same ports. */
export const PORT = {
  peer: 7101,
  client: 7102,
  control: 7103,
  sidecar: 7104,
  probe: 7105,
} as const;
