/** The main backend's secret for tokens and the booking service's key; the same for every system. */
export const jwtSecret = "bench-jwt-secret-of-the-main-backend";
export const apiKey = "bench-internal-api-key";
