#include "clusterd/apiserver/handlers/connect_options.h"

#include "clusterd/apiserver/json_access.h"

#include <charconv>

namespace coracle::apiserver {

namespace {

std::string_view kindOf(const RequestScope &scope) {
    if (scope.subresource == "exec")
        return "PodExecOptions";
    if (scope.subresource == "attach")
        return "PodAttachOptions";
    if (scope.subresource == "portforward")
        return "PodPortForwardOptions";
    return scope.resource.resource == "pods"       ? "PodProxyOptions"
           : scope.resource.resource == "services" ? "ServiceProxyOptions"
                                                   : "NodeProxyOptions";
}

} // namespace

boost::json::object connectOptions(const Exchange &exchange, const RequestScope &scope) {
    JsonObject options{{"apiVersion", "v1"}, {"kind", kindOf(scope)}};
    for (const std::string_view name : {"stdin", "stdout", "stderr", "tty"})
        if (const std::string_view value = exchange.param(name); value == "true" || value == "1")
            options[name] = true;
    for (const std::string_view name : {"container", "path"})
        if (const std::string_view value = exchange.param(name); !value.empty())
            options[name] = value;
    for (const std::string_view word : exchange.request.target.params("command"))
        ensureArray(options, "command").emplace_back(word);
    for (const std::string_view text : exchange.request.target.params("ports")) {
        int64_t port = 0;
        if (std::from_chars(text.data(), text.data() + text.size(), port).ec == std::errc())
            ensureArray(options, "ports").emplace_back(port);
    }
    return options;
}

} // namespace coracle::apiserver
