// Shows what needs passkeys where the browser has them, and says so when one was not used.
{
  const has = typeof window.PublicKeyCredential === 'function'
  for (const element of document.querySelectorAll('[data-passkey-only]')) element.hidden = !has
  for (const element of document.querySelectorAll('[data-passkey-missing]')) element.hidden = has
  document.addEventListener('allauth.error', (event) => {
    event.preventDefault()
    for (const element of document.querySelectorAll('[data-passkey-failed]')) element.hidden = false
  })
}
