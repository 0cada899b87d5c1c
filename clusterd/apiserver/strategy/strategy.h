#pragma once

#include "core/api/schema.h"
#include "core/base/result.h"
#include "core/base/task.h"

#include <boost/json/object.hpp>
#include <memory>
#include <string>
#include <vector>

namespace coracle::client {
class Client;
}

namespace coracle::apiserver {

struct StrategyContext {
    const api::ResourceInfo &resource;
    std::string subresource; ///< "" or "status"
    std::string namespaceName;
    bool dryRun = false;
};

/// What is particular to a kind when it is created and updated (k8s.io/kubernetes
/// pkg/registry/<group>/<kind>/strategy). The generic registry has already decoded, defaulted and admitted the object
/// and checked its metadata. Thread-safe.
class Strategy {
public:
    virtual ~Strategy() = default;
    /// Resets what users may not set (status), sets what the server owns (generation is set by the registry).
    virtual void prepareForCreate(const StrategyContext &, boost::json::object &object) const;
    virtual void prepareForUpdate(const StrategyContext &, boost::json::object &object,
                                  const boost::json::object &old) const;
    /// Appends causes in the standard words; none means valid.
    virtual void validate(const StrategyContext &, const boost::json::object &object,
                          std::vector<StatusCause> &causes) const;
    virtual void validateUpdate(const StrategyContext &, const boost::json::object &object,
                                const boost::json::object &old, std::vector<StatusCause> &causes) const;
    /// Appends what the client should know of a write that succeeds; old is null on create.
    virtual void warnings(const StrategyContext &, const boost::json::object &object, const boost::json::object *old,
                          std::vector<std::string> &warnings) const;
    /// What a deletion changes in an object that has to wait for its clean-up (finalizers).
    virtual void prepareForDelete(const StrategyContext &, boost::json::object &) const {}
    /// PUT on a missing object creates it.
    virtual bool allowCreateOnUpdate() const { return false; }
    /// PUT without metadata.resourceVersion overwrites.
    virtual bool allowUnconditionalUpdate() const { return true; }
    /// Seconds of graceful deletion for this object when the request names none; 0: delete at once (all but pods).
    virtual int64_t defaultGracePeriodSeconds(const boost::json::object &) const { return 0; }
    /// Reserves what the object needs from allocators (cluster IPs, node ports), writing it into the object. Undone by
    /// release() when the write fails. old is null on create. A dry run looks for what is free and reserves nothing.
    virtual Task<Result<>> allocate(const StrategyContext &, boost::json::object &, const boost::json::object *) const {
        co_return Result<>{};
    }
    /// Gives back what `gone` held and `kept` (null: deleted) no longer holds.
    virtual Task<> release(const StrategyContext &, const boost::json::object &, const boost::json::object *) const {
        co_return;
    }
};

/// The strategies of all kinds; kinds without special rules share the default one (which splits spec from status and
/// bumps nothing itself).
class StrategyTable {
public:
    virtual ~StrategyTable() = default;
    virtual const Strategy &strategyFor(const api::ResourceInfo &resource) const = 0;
    /// Before the first request: what allocators write their own objects with (IPAddress). It outlives the table's use.
    virtual void connect(client::Client &) {}
};

} // namespace coracle::apiserver
