#include "clusterd/apiserver/admission/plugins.h"
#include "clusterd/apiserver/admission/quota_usage.h"
#include "clusterd/datastore/await_callback.h"
#include "core/client/client.h"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <mutex>
#include <set>

namespace coracle::apiserver {

namespace {

constexpr int kAttemptsMax = 20; ///< writes of a quota that others change meanwhile

const api::ResourceInfo &quotas() {
    static const api::ResourceInfo &resource = *api::findResource("", "v1", "resourcequotas");
    return resource;
}

/// Which writes can take from a quota: those that make an object, and those that change how much it takes.
bool canTake(const AdmissionAttributes &attributes) {
    if (!attributes.resource.namespaced || attributes.namespaceName.empty() || !attributes.object)
        return false;
    if (attributes.resource.resource == "events")
        return false; // they come and go by themselves
    const bool create = attributes.operation == Operation::Create;
    if (isAbout(attributes, "", "pods", "resize"))
        return !create;
    if (isAbout(attributes, "", "services") || isAbout(attributes, "", "persistentvolumeclaims"))
        return true;
    return create && attributes.subresource.empty() && !attributes.resource.storagePrefix.empty();
}

using Resources = std::vector<const api::ResourceInfo *>;

/// The quota's status as it is to be: a new or changed quota is counted at once. Custom resources are counted when
/// they are asked for.
void countWhereUnknown(const Reader &reader, const Resources &asked, JsonObject &quota) {
    const QuotaFinder finder = [&](std::string_view name) {
        const auto found =
            std::ranges::find_if(asked, [&](const api::ResourceInfo *one) { return takesFrom(*one, name); });
        return found != asked.end() ? *found : quotaResource(name);
    };
    const JsonObject &hard = objectAt(quota, "spec", "hard");
    bool known = objectAt(quota, "status", "hard") == hard;
    for (const auto &[name, value] : hard)
        known = known && (objectAt(quota, "status", "used").contains(name) || !finder(name));
    if (known)
        return;
    const std::string_view space = textAt(quota, "metadata", "namespace");
    const Amounts totals = quotaTotals(
        quota, finder, [&](const api::ResourceInfo &resource) { return listJson(reader, resource, space); });
    JsonObject &status = ensureObject(quota, "status");
    status["hard"] = objectAt(quota, "spec", "hard");
    status["used"] = toJson(totals);
}

/// Charges one request to the quotas that concern it, in memory: all of them or, with an error, none.
Result<> charge(const AdmissionAttributes &attributes, std::vector<JsonObject> &quotas) {
    Amounts delta = quotaUsage(attributes.resource, *attributes.object);
    if (attributes.old)
        delta = std::move(delta) - quotaUsage(attributes.resource, *attributes.old);
    std::erase_if(delta, [](const auto &entry) { return entry.second.isZero(); });
    std::vector<std::pair<JsonObject *, Amounts>> charged;
    for (JsonObject &quota : quotas) {
        if (!inQuotaScope(quota, attributes.resource, *attributes.object))
            continue;
        const std::string_view name = textAt(quota, "metadata", "name");
        const Amounts hard = amountsOf(objectAt(quota, "status", "hard"));
        Amounts used = amountsOf(objectAt(quota, "status", "used"));
        std::vector<std::string> names, exceeded;
        for (const auto &[key, limit] : hard)
            if (takesFrom(attributes.resource, key))
                names.push_back(key);
        if (isAbout(attributes, "", "pods"))
            if (const std::string missing = unstatedRequirements(names, *attributes.object); !missing.empty())
                return denied(attributes, fmt::format("failed quota: {}: {}", name, missing));
        Amounts requested;
        for (const std::string &key : names)
            if (const auto amount = delta.find(key); amount != delta.end()) {
                requested.emplace(*amount);
                if (amount->second.sign() > 0 && used[key] + amount->second > hard.at(key))
                    exceeded.push_back(key);
            }
        if (!exceeded.empty())
            return denied(attributes, fmt::format("exceeded quota: {}, requested: {}, used: {}, limited: {}", name,
                                                  amountsText(requested, exceeded), amountsText(used, exceeded),
                                                  amountsText(hard, exceeded)));
        if (!requested.empty())
            charged.emplace_back(&quota, std::move(used) + requested);
    }
    for (auto &[quota, used] : charged)
        ensureObject(*quota, "status")["used"] = toJson(used);
    return {};
}

/// Keeps a namespace within its quotas. What is taken stands in the quotas' status, which is changed by
/// compare-and-swap before the object is written: so several requests, also of several servers, never take more than
/// there is. Requests that come while a quota is being written wait and share the next write.
class ResourceQuota final : public AdmissionPlugin {
public:
    explicit ResourceQuota(const Reader &reader) : m_reader(reader) {}

    std::string_view name() const override { return "ResourceQuota"; }
    bool handles(Operation operation) const override {
        return operation == Operation::Create || operation == Operation::Update;
    }
    void connect(client::Client &client) override { m_client = &client; }

    Task<Result<>> validate(const AdmissionAttributes &attributes) override {
        if (!canTake(attributes) || m_reader.list(quotas(), attributes.namespaceName).empty())
            co_return Result<>{};
        if (attributes.operation == Operation::Create && !attributes.name.empty() &&
            m_reader.get(attributes.resource, attributes.namespaceName, attributes.name))
            co_return Result<>{}; // it is there already, and the write will say so
        std::vector<JsonObject> present = load(attributes.namespaceName, {}, {&attributes.resource});
        const std::vector<JsonObject> before = present;
        CO_CHECK(charge(attributes, present));
        if (attributes.dryRun || present == before || !m_client)
            co_return Result<>{};
        auto request = std::make_shared<Request>();
        request->attributes = &attributes;
        co_return co_await queue(std::move(request));
    }

private:
    enum class Turn { Done, Lead };
    using Wake = std::move_only_function<void(Turn)>;
    struct Request {
        const AdmissionAttributes *attributes = nullptr;
        Result<> result;
        Wake wake;
        std::optional<Turn> turn; ///< came before the wait
    };
    using RequestPtr = std::shared_ptr<Request>;

    std::vector<JsonObject> load(const std::string &space, const std::set<std::string> &without,
                                 const Resources &asked) const {
        std::vector<JsonObject> loaded = listJson(m_reader, "", "resourcequotas", space);
        std::erase_if(loaded, [&](const JsonObject &quota) {
            return without.contains(std::string(textAt(quota, "metadata", "name")));
        });
        for (JsonObject &quota : loaded)
            countWhereUnknown(m_reader, asked, quota);
        return loaded;
    }

    Task<Result<>> queue(RequestPtr own) {
        const std::string space = own->attributes->namespaceName;
        bool leads = false;
        {
            std::lock_guard lock(m_mutex);
            const auto [waiting, first] = m_waiting.try_emplace(space);
            waiting->second.push_back(own);
            leads = first;
        }
        if (!leads) {
            std::move_only_function<void(Wake)> wait = [this, own](Wake wake) { await(*own, std::move(wake)); };
            const Turn turn = co_await datastore::awaitCallback<Turn>(std::move(wait));
            if (turn == Turn::Done)
                co_return own->result;
        }
        std::vector<RequestPtr> batch;
        {
            std::lock_guard lock(m_mutex);
            batch = std::exchange(m_waiting[space], {});
        }
        try {
            co_await chargeAll(space, batch);
        } catch (const std::exception &error) {
            for (const RequestPtr &request : batch)
                request->result = errors::internal(fmt::format("quotas cannot be charged: {}", error.what()));
        }
        finish(space, batch, own);
        co_return own->result;
    }

    void await(Request &request, Wake wake) {
        std::unique_lock lock(m_mutex);
        if (!request.turn) {
            request.wake = std::move(wake);
            return;
        }
        const Turn turn = *request.turn;
        lock.unlock();
        wake(turn);
    }

    /// Lets go those whose turn it was, and wakes the first of those that came meanwhile to lead the next turn.
    void finish(const std::string &space, const std::vector<RequestPtr> &batch, const RequestPtr &own) {
        std::vector<std::pair<Wake, Turn>> wakes;
        {
            std::lock_guard lock(m_mutex);
            auto tell = [&](const RequestPtr &request, Turn turn) {
                request->turn = turn;
                if (request->wake)
                    wakes.emplace_back(std::exchange(request->wake, nullptr), turn);
            };
            for (const RequestPtr &request : batch)
                if (request != own)
                    tell(request, Turn::Done);
            if (const auto waiting = m_waiting.find(space); waiting->second.empty())
                m_waiting.erase(waiting);
            else
                tell(waiting->second.front(), Turn::Lead);
        }
        for (auto &[wake, turn] : wakes)
            wake(turn);
    }

    Task<> chargeAll(std::string space, std::vector<RequestPtr> batch) {
        std::set<std::string> done; // quotas that are charged with this batch
        Resources asked;
        for (const RequestPtr &request : batch)
            asked.push_back(&request->attributes->resource);
        for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
            std::vector<JsonObject> changed = load(space, done, asked);
            const std::vector<JsonObject> before = changed;
            for (const RequestPtr &request : batch)
                if (request->result)
                    request->result = charge(*request->attributes, changed);
            bool again = false;
            for (size_t i = 0; i < changed.size(); ++i) {
                if (changed[i] == before[i])
                    continue;
                auto written = co_await write(changed[i]);
                if (written)
                    done.emplace(textAt(changed[i], "metadata", "name"));
                else if (isConflict(written.error()) || isNotFound(written.error()))
                    again = true;
                else
                    fail(batch, written.error());
            }
            if (!again)
                co_return;
        }
        fail(batch, errors::conflict("resourcequotas", "", "", "the quotas change too fast; try again").error());
    }

    static void fail(const std::vector<RequestPtr> &batch, const Status &error) {
        for (const RequestPtr &request : batch)
            if (request->result)
                request->result = Failure(error);
    }

    Task<Result<>> write(const JsonObject &quota) {
        client::WriteOptions options;
        options.subresource = "status";
        std::string space(textAt(quota, "metadata", "namespace")), name(textAt(quota, "metadata", "name"));
        std::string body = boost::json::serialize(quota);
        auto written = co_await m_client->update(quotas(), space, name, std::move(body), options);
        if (!written)
            co_return Failure(std::move(written).error());
        co_return Result<>{};
    }

    const Reader &m_reader;
    client::Client *m_client = nullptr;
    std::mutex m_mutex; ///< guards the following, and what the requests say of turns
    /// By namespace; an entry is there while somebody leads.
    std::map<std::string, std::vector<RequestPtr>, std::less<>> m_waiting;
};

} // namespace

Plugin makeResourceQuota(const Reader &reader) {
    return std::make_unique<ResourceQuota>(reader);
}

} // namespace coracle::apiserver
