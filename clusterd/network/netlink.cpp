#include "clusterd/network/netlink.h"

#include "core/base/files.h"

#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <memory>
#include <netlink/addr.h>
#include <netlink/netlink.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <unistd.h>

namespace coracle::network {

namespace {

struct Deleter {
    void operator()(nl_sock *socket) const { nl_socket_free(socket); }
    void operator()(rtnl_link *link) const { rtnl_link_put(link); }
    void operator()(rtnl_addr *address) const { rtnl_addr_put(address); }
    void operator()(nl_addr *address) const { nl_addr_put(address); }
};
template<class T>
using Owned = std::unique_ptr<T, Deleter>;

Failure failed(std::string_view what, int code) {
    return errors::other(fmt::format("{}: {}", what, nl_geterror(code)));
}

Result<Owned<nl_sock>> connectRoute() {
    Owned<nl_sock> socket(nl_socket_alloc());
    if (!socket)
        return errors::other("out of memory for a netlink socket");
    if (int code = nl_connect(socket.get(), NETLINK_ROUTE); code < 0)
        return failed("cannot open a netlink socket", code);
    return socket;
}

Result<Owned<rtnl_link>> findLink(nl_sock *socket, const std::string &name) {
    rtnl_link *link = nullptr;
    if (int code = rtnl_link_get_kernel(socket, 0, name.c_str(), &link); code < 0)
        return failed(fmt::format("network link {}", name), code);
    return Owned<rtnl_link>(link);
}

enum class Change { Add, Remove };

Result<> changeAddress(const std::string &linkName, const std::string &cidr, Change change) {
    TRY(Owned<nl_sock> socket, connectRoute());
    TRY(Owned<rtnl_link> link, findLink(socket.get(), linkName));
    nl_addr *parsed = nullptr;
    if (int code = nl_addr_parse(cidr.c_str(), AF_UNSPEC, &parsed); code < 0)
        return failed(fmt::format("the address {}", cidr), code);
    const Owned<nl_addr> local(parsed);
    const Owned<rtnl_addr> address(rtnl_addr_alloc());
    rtnl_addr_set_ifindex(address.get(), rtnl_link_get_ifindex(link.get()));
    rtnl_addr_set_local(address.get(), local.get());
    const bool add = change == Change::Add;
    const int code =
        add ? rtnl_addr_add(socket.get(), address.get(), 0) : rtnl_addr_delete(socket.get(), address.get(), 0);
    if (code == 0 || (add && code == -NLE_EXIST) || (!add && code == -NLE_NOADDR))
        return {};
    return failed(
        fmt::format("cannot {} the address {} {} {}", add ? "put" : "take", cidr, add ? "on" : "off", linkName), code);
}

} // namespace

Result<> addAddress(const std::string &link, const std::string &cidr) {
    return changeAddress(link, cidr, Change::Add);
}

Result<> removeAddress(const std::string &link, const std::string &cidr) {
    return changeAddress(link, cidr, Change::Remove);
}

Result<> removeLink(const std::string &name) {
    TRY(Owned<nl_sock> socket, connectRoute());
    auto link = findLink(socket.get(), name);
    if (!link)
        return {};
    if (int code = rtnl_link_delete(socket.get(), link->get()); code < 0 && code != -NLE_OBJ_NOTFOUND)
        return failed(fmt::format("cannot delete the network link {}", name), code);
    return {};
}

Result<> setSysctl(const std::string &name, const std::string &value) {
    const std::string path = "/proc/sys/" + name;
    TRY(std::string current, readFile(path));
    while (!current.empty() && current.back() == '\n')
        current.pop_back();
    if (current == value)
        return {};
    const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return errors::fromErrno(fmt::format("cannot set {} to {}", path, value), errno);
    const ssize_t written = ::write(fd, value.data(), value.size());
    const int failure = errno;
    ::close(fd);
    if (written != static_cast<ssize_t>(value.size()))
        return errors::fromErrno(fmt::format("cannot set {} to {}", path, value), failure);
    return {};
}

} // namespace coracle::network
