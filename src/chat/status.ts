import { z } from "zod";

export const chatStatuses = ["active", "readonly", "closed"] as const;
/** @internal */
export const chatStatusSchema = z.enum(chatStatuses).meta({ title: "ChatStatus" });
export type ChatStatus = (typeof chatStatuses)[number];
