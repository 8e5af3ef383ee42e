// Sets the theme that was chosen before anything is drawn; a module would come too late.
(function () {
  try {
    const theme = localStorage.getItem('motience.theme')
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
  } catch (error) {
    // Without storage the system's theme holds.
  }
})()
