#pragma once

#include "clusterd/apiserver/strategy/strategies.h"
#include "tests/clusterd/apiserver/support/fake_reader.h"
#include "tests/clusterd/apiserver/support/manual_clock.h"

namespace coracle::test {

/// The strategy table on a store in memory.
struct StrategyFixture {
    FakeReader reader;
    ManualDate clock{WallTime(std::chrono::seconds(1'800'000'000))};
    std::unique_ptr<apiserver::StrategyTable> table;

    explicit StrategyFixture(apiserver::ServiceNetworks networks = {})
        : table(apiserver::makeStrategyTable(reader, clock, systemRandom(), std::move(networks))) {}

    static const api::ResourceInfo &resource(std::string_view group, std::string_view name) {
        return *api::findResource(group, name);
    }
    const apiserver::Strategy &of(std::string_view group, std::string_view name) const {
        return table->strategyFor(resource(group, name));
    }
    apiserver::StrategyContext context(std::string_view group, std::string_view name,
                                       std::string subresource = {}) const {
        return {.resource = resource(group, name), .subresource = std::move(subresource), .namespaceName = "shop"};
    }

    /// "<reason> <field>: <message>", one a line.
    static std::string text(const std::vector<StatusCause> &causes) {
        std::string all;
        for (const StatusCause &cause : causes)
            all += (all.empty() ? "" : "\n") + cause.reason + " " + cause.field + ": " + cause.message;
        return all;
    }
    std::string create(std::string_view group, std::string_view name, apiserver::JsonObject &object) const {
        std::vector<StatusCause> causes;
        of(group, name).prepareForCreate(context(group, name), object);
        of(group, name).validate(context(group, name), object, causes);
        return text(causes);
    }
    std::string update(std::string_view group, std::string_view name, apiserver::JsonObject &object,
                       const apiserver::JsonObject &old, std::string subresource = {}) const {
        std::vector<StatusCause> causes;
        const apiserver::StrategyContext where = context(group, name, std::move(subresource));
        of(group, name).prepareForUpdate(where, object, old);
        of(group, name).validateUpdate(where, object, old, causes);
        return text(causes);
    }
};

} // namespace coracle::test
