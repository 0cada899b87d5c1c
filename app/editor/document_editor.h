#pragma once

#include "app/clusters/cluster.h"
#include "app/editor/manifest_apply.h"
#include "app/editor/yaml_outline.h"
#include "app/models/object_watch.h"
#include "app/models/row_list_model.h"

#include <QQuickTextDocument>

namespace coracle::app {

/// What is wrong at a line.
struct ProblemRow {
    Q_GADGET
    Q_PROPERTY(QString key MEMBER key)
    Q_PROPERTY(int line MEMBER line)
    Q_PROPERTY(QString message MEMBER message)

public:
    QString key;
    int line = 0; ///< from 0
    QString message;
};

/// Edits an object as YAML, or a text of several new ones. Writing takes two steps: review() asks the server what would
/// come of it (a dry run), then `differenceText` or `problems` say so; apply() does it. When somebody else changes the
/// object meanwhile, nothing is lost: `changedOutside` says so, and the user merges or drops. GUI thread; YAML is read
/// and written on other threads, and long texts come into the document in pieces.
class DocumentEditor : public QObject {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(coracle::app::Cluster *cluster MEMBER m_cluster WRITE setCluster NOTIFY identityChanged)
    /// The object to edit; without a name a new text is begun.
    Q_PROPERTY(QString kindKey MEMBER m_kindKey WRITE setKindKey NOTIFY identityChanged)
    Q_PROPERTY(QString namespaceName MEMBER m_namespaceName WRITE setNamespaceName NOTIFY identityChanged)
    Q_PROPERTY(QString name MEMBER m_name WRITE setName NOTIFY identityChanged)
    Q_PROPERTY(QQuickTextDocument *document MEMBER m_quick WRITE setDocument NOTIFY documentChanged)
    Q_PROPERTY(coracle::app::ViewState::Value state READ state NOTIFY stateChanged)
    Q_PROPERTY(QString errorText READ errorText NOTIFY stateChanged)
    /// The text differs from what the cluster has.
    Q_PROPERTY(bool modified READ modified NOTIFY modifiedChanged)
    /// Something is on its way to the cluster or back.
    Q_PROPERTY(bool busy READ busy NOTIFY busyChanged)
    /// Rows of ProblemRow, from the last review or application.
    Q_PROPERTY(coracle::app::RowListModel *problems READ problems CONSTANT)
    Q_PROPERTY(QList<int> problemLines READ problemLines NOTIFY problemsChanged)
    /// Some fields belong to somebody else: applyByForce() takes them.
    Q_PROPERTY(bool ownedByOthers MEMBER m_ownedByOthers NOTIFY problemsChanged)
    /// What application would change, as lineDiff() writes it.
    Q_PROPERTY(QString differenceText MEMBER m_differenceText NOTIFY differenceChanged)
    Q_PROPERTY(bool changedOutside READ changedOutside NOTIFY outsideChanged)
    /// What the others changed, and what is changed here, both against what was loaded.
    Q_PROPERTY(QString theirChanges MEMBER m_theirChanges NOTIFY outsideChanged)
    Q_PROPERTY(QString myChanges MEMBER m_myChanges NOTIFY outsideChanged)

public:
    explicit DocumentEditor(QObject *parent = nullptr);

    void setCluster(Cluster *cluster);
    void setKindKey(const QString &kindKey);
    void setNamespaceName(const QString &name);
    void setName(const QString &name);
    void setDocument(QQuickTextDocument *document);
    ViewState::Value state() const;
    QString errorText() const { return m_watch.errorText(); }
    bool modified() const { return text() && text()->isModified(); }
    bool busy() const { return m_busy; }
    RowListModel *problems() { return &m_problems; }
    QList<int> problemLines() const;
    bool changedOutside() const { return !m_theirs.isEmpty(); }

    Q_INVOKABLE void retry() { m_watch.retry(); }
    Q_INVOKABLE void review();
    Q_INVOKABLE void apply() { write(false, false); }
    Q_INVOKABLE void applyByForce() { write(false, true); }
    /// Puts the changes made here on top of what the cluster has now.
    Q_INVOKABLE void merge();
    /// Takes what the cluster has now.
    Q_INVOKABLE void discard();
    /// Fills `theirChanges` and `myChanges`.
    Q_INVOKABLE void compare();
    /// A new text, such as a template; can be undone.
    Q_INVOKABLE void setText(const QString &text);

Q_SIGNALS:
    void identityChanged();
    void documentChanged();
    void stateChanged();
    void modifiedChanged();
    void busyChanged();
    void problemsChanged();
    void differenceChanged();
    void outsideChanged();
    /// The review went well: `differenceText` is what there is to confirm.
    void reviewed();
    /// The cluster has it.
    void applied();

private:
    QTextDocument *text() const { return m_quick ? m_quick->textDocument() : nullptr; }
    void identify();
    void takeObject();
    void load(const QJsonObject &object);
    void fill(const QString &text);
    void fillOn(std::shared_ptr<const QString> text, qsizetype from);
    void write(bool dryRun, bool force);
    void finish(const QList<ApplyOutcome> &outcomes, bool dryRun, const QString &text);
    void reportDifference(const QList<ApplyOutcome> &outcomes);
    void report(const QList<ProblemRow> &problems);
    void setBusy(bool busy);

    QPointer<Cluster> m_cluster;
    QString m_kindKey, m_namespaceName, m_name;
    QPointer<QQuickTextDocument> m_quick;
    ObjectWatch m_watch;
    ManifestApply m_apply;
    QJsonObject m_base;   ///< what the text began as
    QJsonObject m_theirs; ///< what the cluster has, when that is something else now
    RowListModel m_problems{ProblemRow::staticMetaObject};
    QString m_differenceText, m_theirChanges, m_myChanges;
    bool m_busy = false, m_ownedByOthers = false;
    int m_filling = 0; ///< the number of the text that is being filled in
};

} // namespace coracle::app
