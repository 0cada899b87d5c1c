#include "core/http/server.h"
#include "tests/clusterd/apiserver/support/test_api.h"

#include <fmt/format.h>

using namespace coracle;

/// An API server on a datastore in memory, without authentication, for trying things out with kubectl.
int main() {
    test::TestApi api;
    auto server = http::Server::create(api.context().get_executor(), api.server().handler());
    auto port = server->listenPlain("127.0.0.1", 0);
    if (!port) {
        fmt::print(stderr, "{}\n", port.error().message);
        return 1;
    }
    fmt::print("http://127.0.0.1:{}\n", *port);
    std::fflush(stdout);
    api.context().run();
}
