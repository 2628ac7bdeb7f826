// The flags of a message, with Discord's numbers.

export const flags = { ephemeral: 64, loading: 128 };
