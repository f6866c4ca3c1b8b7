import { useState } from "preact/hooks";
import { listAccounts } from "../../api/account";
import type { AdminAccount } from "../../api/account-types";
import { toApiError } from "../../api/problem";
import { Badge } from "../../components/Badge";
import { FormError } from "../../components/ErrorBox";
import { Icon } from "../../components/Icon";
import { Menu, MenuAction } from "../../components/Menu";
import { Moment } from "../../components/Moment";
import { Section, Waiting } from "../../components/Section";
import { useLoaded } from "../../components/use-loaded";
import { t, tn } from "../../i18n";
import { formatExact } from "../../lib/format";
import { Quotas, SwitchOff } from "./AccountDialogs";

type Open = { what: "quotas" | "switch"; account: AdminAccount } | null;

export function Accounts() {
  const accounts = useLoaded(() => listAccounts());
  const [open, setOpen] = useState<Open>(null);
  const [error, setError] = useState<string | null>(null);
  const [isLoading, setLoading] = useState(false);

  const close = () => setOpen(null);
  const keep = (changed: AdminAccount) => {
    const { accounts: list = [], more = false } = accounts.value ?? {};
    accounts.keep({ accounts: list.map((other) => (other.id === changed.id ? changed : other)), more });
    close();
  };
  const further = async () => {
    const known = accounts.value?.accounts ?? [];
    setLoading(true);
    setError(null);
    try {
      const page = await listAccounts(known.at(-1)?.id);
      accounts.keep({ accounts: [...known, ...page.accounts], more: page.more });
    } catch (reason) {
      setError(toApiError(reason).text);
    }
    setLoading(false);
  };

  return (
    <>
      <Section title={t("admin.accounts")} intro={t("admin.accounts_intro")}>
        <Waiting of={accounts}>
          {({ accounts: list, more }) => (
            <>
              <ul class="-my-2 divide-y divide-line">
                {list.map((account) => (
                  <Row key={account.id} account={account} onOpen={(what) => setOpen({ what, account })} />
                ))}
              </ul>
              <FormError error={error} />
              {more && (
                <button
                  type="button"
                  class="btn btn-plain btn-sm self-start"
                  disabled={isLoading}
                  onClick={further}
                >
                  {t("panel.more")}
                </button>
              )}
            </>
          )}
        </Waiting>
      </Section>
      {open?.what === "quotas" && <Quotas account={open.account} onDone={keep} onClose={close} />}
      {open?.what === "switch" && <SwitchOff account={open.account} onDone={keep} onClose={close} />}
    </>
  );
}

function Row({ account, onOpen }: { account: AdminAccount; onOpen: (what: "quotas" | "switch") => void }) {
  const act = (close: () => void, what: "quotas" | "switch") => () => {
    close();
    onOpen(what);
  };
  return (
    <li class="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-2 py-3 sm:grid-cols-[minmax(0,1fr)_auto_auto]">
      <div class="min-w-0">
        <p class="flex flex-wrap items-center gap-x-2 gap-y-1">
          <span
            class={`min-w-0 font-medium break-words ${account.disabled ? "text-quiet line-through" : ""}`}
          >
            {account.name}
          </span>
          {account.disabled && <Badge tone="worse">{t("admin.disabled")}</Badge>}
          {account.quota === "near" && <Badge tone="accent">{t("admin.near")}</Badge>}
          {account.quota === "exceeded" && <Badge tone="worse">{t("admin.exceeded")}</Badge>}
          {account.sites_quota === "near" && <Badge tone="accent">{t("admin.sites_near")}</Badge>}
          {account.sites_quota === "exceeded" && <Badge tone="worse">{t("admin.sites_exceeded")}</Badge>}
        </p>
        <p class="text-[0.8125rem] break-words text-quiet">
          {account.owner ? `${account.owner.name} · ${account.owner.email}` : t("admin.no_owner")}
          {" · "}
          {tn("admin.members", account.members)}
        </p>
        <p class="text-[0.8125rem] text-quiet">
          {account.last_activity_at ? (
            <>
              {t("admin.active")} <Moment at={account.last_activity_at} />
            </>
          ) : (
            <>
              {t("admin.created")} <Moment at={account.created_at} as="day" />
            </>
          )}
        </p>
      </div>
      <dl class="order-3 col-span-2 flex gap-6 sm:order-2 sm:col-span-1 sm:text-right">
        <Figure name={t("account.sites")} value={account.sites} max={account.sites_max} />
        <Figure name={t("admin.events")} value={account.events_this_month} max={account.events_a_month_max} />
      </dl>
      <div class="order-2 sm:order-3">
        <Menu
          label={t("members.actions", { name: account.name })}
          buttonClass="btn btn-ghost btn-sm btn-square"
          button={<Icon name="dots" size={20} />}
        >
          {(close) => (
            <>
              <MenuAction onChoose={act(close, "quotas")}>{t("admin.quotas")}</MenuAction>
              <MenuAction onChoose={act(close, "switch")}>
                {t(account.disabled ? "admin.enable" : "admin.disable")}
              </MenuAction>
            </>
          )}
        </Menu>
      </div>
    </li>
  );
}

function Figure({ name, value, max }: { name: string; value: number; max?: number | undefined }) {
  return (
    <div class="sm:min-w-28">
      <dt class="text-xs text-quiet">{name}</dt>
      <dd class="tabular-nums">
        {formatExact(value)}
        {max !== undefined && <span class="text-quiet"> / {formatExact(max)}</span>}
      </dd>
    </div>
  );
}
