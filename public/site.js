// Completes the example with the address that the reader is on.
document.getElementById("origin").textContent = location.origin;
