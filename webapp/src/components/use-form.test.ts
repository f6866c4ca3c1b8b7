import { expect, test } from "vitest";
import { problemOf } from "../api/problem";
import { errorsOf } from "./use-form";

test("what the server says of a field goes beside it, of any other above the button", () => {
  const problem = problemOf(422, {
    title: "Unprocessable",
    detail: "Some fields are wrong",
    errors: [
      { field: "password", message: "is too easy to guess" },
      { field: "site_ids[1]", message: "is no site of yours." },
      { field: "token", message: "must be given" },
    ],
  });
  expect(errorsOf(problem, ["password", "site_ids"])).toEqual({
    password: "Is too easy to guess.",
    site_ids: "Is no site of yours.",
    form: "Must be given.",
  });
});

test("a problem without fields is said of the form", () => {
  expect(errorsOf(problemOf(403, { title: "Forbidden", detail: "hand over first" }), ["name"])).toEqual({
    form: "Hand over first.",
  });
});
