// How many rows are picked and what they come to, said while one picks. The server counts again.
const dollars = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });

function show(form) {
  const picked = [...form.querySelectorAll("[data-cents]:checked")];
  const cents = picked.reduce((sum, box) => sum + Number(box.dataset.cents), 0);
  form.querySelector("[data-picked-count]").textContent = picked.length;
  form.querySelector("[data-picked-sum]").textContent = dollars.format(cents / 100);
  form.querySelectorAll("[data-cents]").forEach((box) => {
    box.closest("tr").classList.toggle("is-picked", box.checked);
  });
}

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-picks]");
  if (!form) return;
  if (event.target.matches("[data-pick-all]")) {
    form.querySelectorAll("[data-cents]:not(:disabled)").forEach((box) => {
      box.checked = event.target.checked;
    });
  }
  show(form);
});

document.querySelectorAll("form[data-picks]").forEach(show);
