#pragma once

#include "core/base/task.h"
#include "core/http/server.h"

#include <boost/json/fwd.hpp>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace coracle::appliance {

/// One request on its way.
struct Call {
    http::Request &request;
    http::ResponseWriter &writer;
    std::map<std::string, std::string, std::less<>> parameters = {}; ///< of the path, decoded

    const std::string &parameter(std::string_view name) const { return parameters.find(name)->second; }
    bool watches() const { return request.target.flag("watch"); }
};

/// The answer to a call.
struct Reply {
    int code = 200;
    std::string body; ///< JSON; empty: none
    bool sent = false;

    static Reply json(const boost::json::value &body, int code = 200);
    static Reply nothing() { return {.code = 204}; }
    /// A stream was sent already.
    static Reply streamed() { return {.sent = true}; }
};

/// Runs on the connection's executor. Its failure is answered as a Status.
using RouteHandler = std::function<Task<Result<Reply>>(Call &)>;

/// Which function answers which request.
class Router {
public:
    /// Below the API's root: "GET", "/nodes/{name}/drain". Each pair once.
    void add(std::string_view method, std::string_view path, RouteHandler handler);

    /// Answers the call; whatever goes wrong is answered as well. The segments come after the API's root.
    Task<> serve(Call &call, std::vector<std::string> segments) const;

    struct Route {
        std::string method, path;
        std::vector<std::string> segments; ///< "{name}" fits anything
        RouteHandler handler;
    };
    const std::vector<Route> &routes() const { return m_routes; }

private:
    Result<const Route *> find(Call &call, const std::vector<std::string> &segments) const;

    std::vector<Route> m_routes;
};

/// Sends the failure as a Status, if nothing was sent yet.
Task<> sendFailure(http::ResponseWriter &writer, Status status);

/// An answer of JSON lines that goes on until the client or the server ends it.
class LineStream {
public:
    explicit LineStream(Call &call) : m_call(call) {}
    /// Sends the header, so that the client knows that it listens. False: the client is gone.
    Task<bool> begin();
    /// After begin(). False: the client is gone.
    Task<bool> send(std::string json);

private:
    Call &m_call;
};

} // namespace coracle::appliance
