"""FDC3: intents that apps on a financial desktop raise, the App Directory, and the page that answers them."""
