#include "clusterd/appliance/nodes.h"

#include "clusterd/appliance/body_reader.h"
#include "clusterd/appliance/drain.h"
#include "clusterd/appliance/operation_routes.h"

#include <boost/json/value.hpp>

namespace coracle::appliance {

namespace json = boost::json;

namespace {

constexpr int64_t kDayMs = 24 * 3600 * 1000;

struct DrainRequest {
    DrainOptions options;
    bool dryRun = false;

    static DrainRequest from(BodyReader &body) {
        DrainRequest made;
        made.options.ignoreDaemonSets = body.flag("ignoreDaemonSets", true);
        made.options.deleteEmptyDirData = body.flag("deleteEmptyDirData", false);
        made.options.force = body.flag("force", false);
        made.options.timeoutMs = body.integer("timeoutMs", 0, 7 * kDayMs, 0);
        if (body.has("gracePeriodMs"))
            made.options.gracePeriodSeconds = (body.integer("gracePeriodMs", 0, kDayMs, 0) + 999) / 1000;
        made.dryRun = body.flag("dryRun", false);
        return made;
    }
};

class Nodes {
public:
    explicit Nodes(NodeRouteParts parts)
        : m_parts(std::move(parts)), m_drainer(m_parts.client, m_parts.reader, m_parts.clock) {}

    Task<Result<Reply>> schedule(Call &call, bool unschedulable);
    Task<Result<Reply>> drain(Call &call);
    Task<Result<Reply>> reboot(Call &call);

private:
    Task<Result<json::object>> runReboot(std::string node, std::optional<DrainOptions> options,
                                         std::shared_ptr<Operation> operation);
    Result<> mayReboot(const std::string &node) const;

    NodeRouteParts m_parts;
    Drainer m_drainer;
};

Task<Result<Reply>> Nodes::schedule(Call &call, bool unschedulable) {
    const std::string name = call.parameter("name");
    CO_TRY(BodyReader body, BodyReader::parse(call.request.body));
    CO_CHECK(body.finish("NodeScheduling"));
    CO_CHECK(co_await m_drainer.setUnschedulable(name, unschedulable));
    co_return Reply::json(json::object{{"name", name}, {"unschedulable", unschedulable}});
}

Task<Result<Reply>> Nodes::drain(Call &call) {
    const std::string name = call.parameter("name");
    CO_TRY(BodyReader body, BodyReader::parse(call.request.body));
    const DrainRequest request = DrainRequest::from(body);
    CO_CHECK(body.finish("DrainRequest"));
    CO_TRY(const auto pods, m_drainer.plan(name, request.options));
    if (request.dryRun)
        co_return Reply::json(Drainer::describe(name, pods));
    if (auto refused = refusals(pods); !refused.empty())
        co_return invalidRequest("DrainRequest", std::move(refused));
    CO_TRY(const OperationInfo begun,
           m_parts.operations.begin(OperationKind::Drain, name,
                                    [this, name, options = request.options](std::shared_ptr<Operation> operation) {
                                        return m_drainer.drain(name, options, std::move(operation));
                                    }));
    co_return accepted(begun);
}

Result<> Nodes::mayReboot(const std::string &node) const {
    if (!m_parts.reader.get(*api::findResource("", "v1", "nodes"), "", node))
        return errors::notFound("nodes", "", node);
    if (node != m_parts.ownNode)
        return errors::conflict("nodes", "", node, "it is another machine; ask the daemon there");
    if (!m_parts.mayReboot())
        return errors::conflict("nodes", "", node,
                                "the daemon does not run as the machine's service, so it does not reboot the machine");
    return {};
}

Task<Result<Reply>> Nodes::reboot(Call &call) {
    const std::string name = call.parameter("name");
    CO_TRY(BodyReader body, BodyReader::parse(call.request.body));
    std::optional<DrainOptions> options;
    const json::object *given = body.object("drainOptions");
    BodyReader nested(given ? *given : json::object(), "drainOptions");
    const DrainRequest request = DrainRequest::from(nested);
    if (body.flag("drain", true))
        options = request.options;
    body.add(nested.causes());
    CO_CHECK(body.finish("RebootRequest"));
    CO_CHECK(mayReboot(name));
    if (options) {
        CO_TRY(const auto pods, m_drainer.plan(name, *options));
        if (auto refused = refusals(pods); !refused.empty())
            co_return invalidRequest("RebootRequest", std::move(refused));
    }
    CO_TRY(const OperationInfo begun,
           m_parts.operations.begin(OperationKind::Reboot, name,
                                    [this, name, options](std::shared_ptr<Operation> operation) {
                                        return runReboot(name, options, std::move(operation));
                                    }));
    co_return accepted(begun);
}

Task<Result<json::object>> Nodes::runReboot(std::string node, std::optional<DrainOptions> options,
                                            std::shared_ptr<Operation> operation) {
    if (options) {
        CO_CHECK(co_await m_drainer.drain(node, *options, operation));
    }
    operation->forbidCancelling();
    operation->enter("rebooting", 1, "the machine goes down");
    CO_CHECK(m_parts.reboot());
    co_return json::object();
}

} // namespace

void addNodeRoutes(Router &router, NodeRouteParts parts) {
    auto nodes = std::make_shared<Nodes>(std::move(parts));
    router.add("POST", "/nodes/{name}/cordon", [nodes](Call &call) { return nodes->schedule(call, true); });
    router.add("POST", "/nodes/{name}/uncordon", [nodes](Call &call) { return nodes->schedule(call, false); });
    router.add("POST", "/nodes/{name}/drain", [nodes](Call &call) { return nodes->drain(call); });
    router.add("POST", "/nodes/{name}/reboot", [nodes](Call &call) { return nodes->reboot(call); });
}

} // namespace coracle::appliance
