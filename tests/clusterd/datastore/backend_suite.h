#pragma once

#include "clusterd/datastore/backend.h"
#include "core/base/clock.h"

#include <QObject>
#include <QTemporaryDir>
#include <memory>

namespace coracle::datastore::testing {

/// What every back end must do; a test class for one derives from this. Tests open stores in folders of their own.
class BackendSuite : public QObject {
    Q_OBJECT

protected:
    /// A back end on the storage that belongs to the folder, without automatic compaction, not started.
    virtual std::unique_ptr<Backend> make(const QString &folder, Clock &clock) = 0;
    std::unique_ptr<Backend> started(const QTemporaryDir &folder, Clock &clock = systemClock());

private slots:
    void writesAndReads();
    void createTwice();
    void createAfterDelete();
    void updateConflicts();
    void removeConflicts();
    void removeWhateverIsThere();
    void valuesOfAnyBytes();
    void revisionsGoUpByOne();
    void listsInOrder();
    void listsInPages();
    void readsThePast();
    void countsKeys();
    void refusesTheFuture();
    void watchesFromNow();
    void watchesFromARevision();
    void watchTellsTheStateBefore();
    void watchOrderUnderConcurrentWriters();
    void watchEndsInItsOwnSink();
    void compactionKeepsWhatIsNeeded();
    void compactedRevisionsAreExpired();
    void compactionEndsABacklog();
    void leasesEnd();
    void leaseIsRenewedByAWrite();
    void leasesSurviveARestart();
    void restartKeepsEverything();
    void stopFinishesAcceptedWrites();
    void writesAfterStopFail();
};

} // namespace coracle::datastore::testing
