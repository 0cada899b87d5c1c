#pragma once

#include "clusterd/apiserver/user.h"
#include "core/base/gate.h"
#include "core/client/client.h"
#include "tests/clusterd/datastore/crash_disk.h"
#include "tests/sim/world.h"

#include <map>
#include <memory>

namespace coracle::sim {

/// The real API server on the real SQLite datastore, which lies on a disk in memory that can be full or lose its power.
/// It can die at any time and begin anew with what the disk kept.
class Server {
public:
    explicit Server(World &world);
    ~Server();

    /// False: the disk is full, and it may be tried again.
    bool start();
    enum class Death { Killed, PowerCut };
    /// Requests on their way get no answer, watches break.
    void die(Death death);
    bool up() const { return m_life != nullptr; }
    /// How often it has been started: what belongs to an earlier life is dead.
    int life() const { return m_lives; }

    /// Tasks of the server, which end when it dies; only while it is up.
    Gate &gate();
    /// Calls the API as this user, without a network in between; only while it is up, and until it dies.
    client::Client &client(const apiserver::UserInfo &user);
    /// Writes fail as on a full disk.
    void setDiskFull(bool full);
    /// Drops the history that watches could go on from.
    void compact();

private:
    struct Life;
    World &m_world;
    SeededRandom m_random;
    datastore::testing::CrashDisk m_disk;
    std::unique_ptr<Life> m_life;
    bool m_diskFull = false;
    int m_lives = 0;
};

} // namespace coracle::sim
