// What stands in the forms of a page, as far as it may be kept: nothing secret, nothing hidden, no file.
const SECRET = "[type=password], [autocomplete~=one-time-code], [autocomplete$=-password]";
const KEPT = "select, textarea, input:not([type=hidden], [type=file], [type=submit], [type=button], [type=image])";
const isTick = (field) => field.matches("[type=checkbox], [type=radio]");

export const isKept = (form) =>
  form?.matches("form[method=post]:not([data-unkept], [role=search])") && !form.querySelector(SECRET);

export const goesTo = (form) => new URL(form.getAttribute("action") ?? "", location).pathname;

const fieldsOf = (form) => [...form.elements].filter((field) => field.name && field.matches(KEPT));

function valuesOf(field) {
  if (isTick(field)) return field.checked ? [field.value] : [];
  return field.matches("select") ? [...field.selectedOptions].map((option) => option.value) : [field.value];
}

// A name without a field says that the form was there, also when nothing in it was ticked.
export const entries = (form) => [
  [`${goesTo(form)} `, ""],
  ...fieldsOf(form).flatMap((field) => valuesOf(field).map((value) => [`${goesTo(form)} ${field.name}`, value])),
];

function put(field, values, nth) {
  if (isTick(field)) field.checked = values?.includes(field.value) ?? false;
  else if (field.multiple) [...field.options].forEach((option) => { option.selected = values?.includes(option.value) ?? false; });
  else if (values && nth in values && (!field.options || [...field.options].some((option) => option.value === values[nth]))) field.value = values[nth];
}

export function fill(form, typed) {
  const met = {};
  for (const field of fieldsOf(form)) {
    const nth = met[field.name] = (met[field.name] ?? -1) + 1;
    put(field, typed[field.name], nth);
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }
}
