#pragma once

#include "clusterd/cli/command.h"
#include "core/client/client.h"

#include <memory>
#include <string>
#include <vector>

namespace coracle::cli {

/// The cluster's API for a command: blocking calls with the credentials of a kubeconfig.
class ApiAccess {
public:
    /// The flag's file, else KUBECONFIG, else the administrator's file of this machine.
    static Result<ApiAccess> open(const Invocation &invocation, const std::string &kubeconfigFlag);

    ApiAccess(ApiAccess &&) noexcept;
    ~ApiAccess();

    const std::string &caPem() const;
    Result<> create(const api::ResourceInfo &resource, std::string namespaceName, std::string json);
    Result<> remove(const api::ResourceInfo &resource, std::string namespaceName, std::string name);
    Result<std::vector<client::ObjectPtr>> list(const api::ResourceInfo &resource, std::string namespaceName,
                                                std::string fieldSelector);

private:
    struct State;
    explicit ApiAccess(std::unique_ptr<State> state);
    std::unique_ptr<State> m_state;
};

} // namespace coracle::cli
