/** What the main backend would sign tokens with, and the booking service would call with; the same for every system. */
export const jwtSecret = "bench-jwt-secret-of-the-main-backend";
export const apiKey = "bench-internal-api-key";
