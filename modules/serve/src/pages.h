// The pages for people, served at / and compiled in from dashboard/.
#ifndef DYNAJOB_SERVE_SRC_PAGES_H_
#define DYNAJOB_SERVE_SRC_PAGES_H_

#include <optional>

#include "http_message.h"

namespace dynajob {

// The page or the file of a page at the request's address: 200, or 304 when the client has it
// already (If-None-Match); nullopt when the address is not one of a page or the method is not GET.
// Pages hold nothing that is secret and need no key; what they ask the API for needs one. They may
// run their own scripts and talk to this server only (Content-Security-Policy). Safe for concurrent
// use.
std::optional<HttpResponse> FindPage(const HttpRequest& head);

}  // namespace dynajob

#endif  // DYNAJOB_SERVE_SRC_PAGES_H_
