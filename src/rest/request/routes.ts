import type { Request, RequestHandler, Router } from "express";
import { ChatError } from "../../chat/errors.ts";
import { isChatId } from "../../chat/ids.ts";

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** Paths under `/api/chat`, each with its handlers by method. The first path that matches is used. */
export type Routes = Record<string, Partial<Record<Method, RequestHandler[]>>>;

const allowed = (handlers: Routes[string]): string =>
  [...Object.keys(handlers), ...(handlers.GET ? ["HEAD"] : []), "OPTIONS"].join(", ");

/** Adds the routes, each after `before`. A method that a path does not have is answered 405 with `Allow`; OPTIONS is answered with only `Allow`. */
export const addRoutes = (router: Router, routes: Routes, before: RequestHandler[] = []): void => {
  for (const [path, handlers] of Object.entries(routes)) {
    const allow = allowed(handlers);
    const route = router.route(path);
    route.all(
      (_req, res, next) => {
        res.locals["route"] = path;
        next();
      },
      ...before,
    );
    if (handlers.GET) route.get(...handlers.GET);
    if (handlers.POST) route.post(...handlers.POST);
    if (handlers.PUT) route.put(...handlers.PUT);
    if (handlers.PATCH) route.patch(...handlers.PATCH);
    if (handlers.DELETE) route.delete(...handlers.DELETE);
    route.options((_req, res) => {
      res.set("Allow", allow).status(204).end();
    });
    route.all((_req, res) => {
      res.set("Allow", allow);
      throw new ChatError("method_not_allowed");
    });
  }
};

/**
 * The chat that a path names.
 * @throws ChatError `chat_not_found` if it cannot be a chat's id
 */
export const chatIdOf = (req: Request): string => {
  const { chatId } = req.params;
  if (typeof chatId !== "string" || !isChatId(chatId)) throw new ChatError("chat_not_found");
  return chatId.toLowerCase();
};

// Also matches negative numbers and fractions, so that the schema's error says what is wrong with them.
const plainNumber = /^(?:0|-?[1-9]\d{0,15}|\d{1,15}\.\d{0,9}[1-9])$/;

/**
 * The query, in which the named parameters are numbers if they are written as plain numbers. Everything else is
 * unchanged, and the schema refuses it: "1e2", "+1", "" or a parameter given twice.
 */
export const queryWithNumbers = (req: Request, names: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(req.query).map(([name, value]) => [
      name,
      names.includes(name) && typeof value === "string" && plainNumber.test(value) ? Number(value) : value,
    ]),
  );
