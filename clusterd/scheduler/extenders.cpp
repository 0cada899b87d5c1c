#include "clusterd/scheduler/extenders.h"

#include "clusterd/scheduler/extender_messages.h"
#include "core/api/typed.h"
#include "core/api/types/core_v1.h"
#include "core/base/log.h"

#include <algorithm>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <fmt/format.h>

namespace coracle::scheduler {

namespace {

constexpr size_t kAnswerBytesMax = 64u << 20;
/// Extenders give 0 to 10 (MaxExtenderPriority).
constexpr int64_t kScoreScale = kScoreMax / 10;
/// Larger ones add up to nonsense.
constexpr int64_t kGivenScoreMax = 1'000'000;

bool asksFor(const std::vector<corev1::Container> &containers, const ExtenderConfiguration &extender) {
    for (const corev1::Container &container : containers)
        for (const auto &resource : extender.managedResources)
            if (container.resources.requests.contains(resource.name) ||
                container.resources.limits.contains(resource.name))
                return true;
    return false;
}

} // namespace

/// One of them: its connection and its wishes.
class Extenders::Extender {
public:
    Extender(ExtenderConfiguration configuration, Clock &clock)
        : settings(std::move(configuration)),
          form(settings.nodeCacheCapable ? extender::NodeForm::Names : extender::NodeForm::Objects),
          m_clock(clock) {
        http::ClientOptions options;
        options.host = settings.host;
        options.port = settings.port;
        options.tls = settings.tls;
        options.connectTimeout = std::chrono::ceil<std::chrono::milliseconds>(settings.timeout);
        m_client = http::Client::create(std::move(options));
    }

    bool concerns(const PodInfo &pod) const {
        if (settings.managedResources.empty())
            return true;
        const auto decoded = api::decode<corev1::Pod>(*pod.object);
        return decoded &&
               (asksFor(decoded->spec.containers, settings) || asksFor(decoded->spec.initContainers, settings));
    }

    /// The body of the answer to a POST.
    Task<Result<std::string>> call(std::string verb, std::string body) const {
        using namespace boost::asio::experimental::awaitable_operators;
        auto exchanged = exchange(verb, std::move(body));
        auto timeIsOver = m_clock.sleep(settings.timeout);
        auto first = co_await (std::move(exchanged) || std::move(timeIsOver));
        if (first.index() == 1)
            co_return errors::timeout(fmt::format("Post \"{}\": the extender did not answer within {} ms", url(verb),
                                                  settings.timeout / std::chrono::milliseconds(1)));
        co_return std::move(std::get<0>(first));
    }

    std::string url(std::string_view verb) const {
        std::string_view prefix = settings.urlPrefix;
        while (prefix.ends_with('/'))
            prefix.remove_suffix(1);
        return fmt::format("{}/{}", prefix, verb);
    }

    void skipped(const Status &why) const {
        log::warning("scheduler", "extender {} is passed over: {}", settings.urlPrefix, why.message);
    }

    const ExtenderConfiguration settings;
    const extender::NodeForm form;

private:
    Task<Result<std::string>> exchange(std::string verb, std::string body) const {
        http::ClientRequest request;
        request.method = "POST";
        request.target = fmt::format("{}/{}", settings.path, verb);
        request.headers.add("Content-Type", "application/json");
        request.headerTimeout = std::chrono::milliseconds(0);
        request.body = std::move(body);
        auto response = co_await m_client->send(std::move(request));
        if (!response)
            co_return Failure(withContext(fmt::format("Post \"{}\"", url(verb)), response.error()));
        if ((*response)->status() != 200)
            co_return errors::other(
                fmt::format("failed {} with extender at URL {}, code {}", verb, url(verb), (*response)->status()));
        auto text = co_await (*response)->readAll(kAnswerBytesMax);
        if (!text)
            co_return Failure(withContext(fmt::format("Post \"{}\"", url(verb)), text.error()));
        co_return text;
    }

    Clock &m_clock;
    std::unique_ptr<http::Client> m_client;
};

Extenders::Extenders(std::vector<ExtenderConfiguration> configurations, Clock &clock) {
    std::stable_partition(configurations.begin(), configurations.end(),
                          [](const ExtenderConfiguration &each) { return !each.ignorable; });
    for (ExtenderConfiguration &configuration : configurations)
        m_extenders.push_back(std::make_unique<Extender>(std::move(configuration), clock));
}

Extenders::~Extenders() = default;

bool Extenders::chooseFor(const PodInfo &pod) const {
    return std::any_of(m_extenders.begin(), m_extenders.end(), [&](const auto &extender) {
        const ExtenderConfiguration &settings = extender->settings;
        return (!settings.filterVerb.empty() || !settings.prioritizeVerb.empty()) && extender->concerns(pod);
    });
}

namespace {

/// Takes from the nodes those that the extender left out, with its reasons.
Result<> sift(Extenders::Sifted &sifted, std::string_view answer, extender::NodeForm form, std::string_view url) {
    TRY(extender::FilterResult result, extender::parseFilterResult(answer, form));
    std::vector<api::ObjectPtr> left;
    for (const std::string &name : result.nodes) {
        const auto known = std::find_if(sifted.nodes.begin(), sifted.nodes.end(),
                                        [&](const api::ObjectPtr &node) { return node->name() == name; });
        if (known == sifted.nodes.end())
            return errors::other(fmt::format(
                "extender \"{}\" claims a filtered node \"{}\" which is not found in the input node list", url, name));
        left.push_back(*known);
    }
    auto reject = [&](const std::map<std::string, std::string> &reasons, bool resolvable) {
        for (const auto &[node, reason] : reasons)
            sifted.rejected.try_emplace(node, Rejection{.reasons = {reason}, .resolvable = resolvable});
    };
    reject(result.unresolvable, false);
    reject(result.failed, true);
    sifted.nodes = std::move(left);
    return {};
}

/// The victims whom an extender names, as they are on the node now.
Result<std::vector<Preemption::Plan>> plansOf(const std::map<std::string, extender::Victims> &nodes, const Cache &cache,
                                              const std::string &url) {
    std::vector<Preemption::Plan> plans;
    for (const auto &[name, victims] : nodes) {
        const NodeInfo *node = cache.node(name);
        if (!node || !node->exists())
            return errors::other(fmt::format("extender {} names node \"{}\", which does not exist", url, name));
        std::vector<const PlacedPod *> pods;
        for (const std::string &uid : victims.uids) {
            const PlacedPod *pod = cache.pod(uid);
            if (!pod || pod->node != node)
                return errors::other(fmt::format("extender: {} claims to preempt pod (UID: {}) on node: {}, but the "
                                                 "pod is not found on that node",
                                                 url, uid, name));
            pods.push_back(pod);
        }
        plans.push_back(
            Preemption::planOf(name, std::move(pods), static_cast<size_t>(std::max<int64_t>(0, victims.violations))));
    }
    return plans;
}

Result<> checkVictims(std::vector<Preemption::Plan> &plans, bool ignorable) {
    for (const Preemption::Plan &plan : plans)
        if (plan.victims.empty() && !ignorable)
            return errors::other(fmt::format("expected at least one victim pod on node \"{}\"", plan.node));
    std::erase_if(plans, [](const Preemption::Plan &plan) { return plan.victims.empty(); });
    return {};
}

} // namespace

Task<Result<Extenders::Sifted>> Extenders::filter(PodInfoPtr pod, std::vector<api::ObjectPtr> nodes) const {
    Sifted sifted;
    sifted.nodes = std::move(nodes);
    for (const auto &each : m_extenders) {
        const std::string verb = each->settings.filterVerb;
        if (sifted.nodes.empty() || verb.empty() || !each->concerns(*pod))
            continue;
        std::string body = extender::arguments(*pod->object, sifted.nodes, each->form);
        auto answer = co_await each->call(verb, std::move(body));
        Result<> done;
        if (answer)
            done = sift(sifted, *answer, each->form, each->settings.urlPrefix);
        else
            done = Failure(answer.error());
        if (done)
            continue;
        if (!each->settings.ignorable)
            co_return Failure(done.error());
        each->skipped(done.error());
    }
    co_return sifted;
}

Task<std::map<std::string, int64_t>> Extenders::prioritize(PodInfoPtr pod, std::vector<api::ObjectPtr> nodes) const {
    std::map<std::string, int64_t> scores;
    for (const auto &each : m_extenders) {
        const std::string verb = each->settings.prioritizeVerb;
        if (verb.empty() || !each->concerns(*pod))
            continue;
        std::string body = extender::arguments(*pod->object, nodes, each->form);
        auto answer = co_await each->call(verb, std::move(body));
        if (!answer) {
            each->skipped(answer.error());
            continue;
        }
        const auto priorities = extender::parsePriorities(*answer);
        if (!priorities) {
            each->skipped(priorities.error());
            continue;
        }
        for (const auto &[node, score] : *priorities)
            scores[node] += std::clamp(score, -kGivenScoreMax, kGivenScoreMax) * each->settings.weight * kScoreScale;
    }
    co_return scores;
}

Task<Result<std::vector<Preemption::Plan>>> Extenders::preempt(PodInfoPtr pod, std::vector<Preemption::Plan> candidates,
                                                               const Cache &cache) const {
    for (const auto &each : m_extenders) {
        const std::string verb = each->settings.preemptVerb;
        if (candidates.empty() || verb.empty() || !each->concerns(*pod))
            continue;
        std::string body = extender::preemptionArguments(*pod->object, candidates, each->form);
        auto answer = co_await each->call(verb, std::move(body));
        auto decide = [&]() -> Result<std::vector<Preemption::Plan>> {
            if (!answer)
                return Failure(answer.error());
            TRY(const auto victims, extender::parsePreemptionResult(*answer));
            TRY(auto plans, plansOf(victims, cache, each->settings.urlPrefix));
            CHECK(checkVictims(plans, each->settings.ignorable));
            return plans;
        };
        auto left = decide();
        if (left)
            candidates = std::move(*left);
        else if (!each->settings.ignorable)
            co_return Failure(left.error());
        else
            each->skipped(left.error());
    }
    co_return candidates;
}

Task<Result<bool>> Extenders::bind(PodInfoPtr pod, std::string node) const {
    for (const auto &each : m_extenders) {
        const std::string verb = each->settings.bindVerb;
        if (verb.empty() || !each->concerns(*pod))
            continue;
        std::string body = extender::bindingArguments(*pod->object, node);
        auto answer = co_await each->call(verb, std::move(body));
        Result<> bound;
        if (answer)
            bound = extender::parseBindingResult(*answer);
        else
            bound = Failure(answer.error());
        if (bound)
            co_return true;
        if (!each->settings.ignorable)
            co_return Failure(bound.error());
        each->skipped(bound.error());
    }
    co_return false;
}

} // namespace coracle::scheduler
