// The rule for new passwords that the server has too.
export const shortestPassword = 8;
