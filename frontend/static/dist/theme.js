(()=>{var e=localStorage.getItem("theme"),t=matchMedia("(prefers-color-scheme: dark)").matches?"dark":"light";document.documentElement.dataset.bsTheme=e||t;})();
