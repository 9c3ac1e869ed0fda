// A page that is not live is shown anew once something was done on it; its toast comes first.

const READ_MS = 1500;

document.body.addEventListener("fusionweb:acted", () => {
  setTimeout(() => location.reload(), READ_MS);
});
