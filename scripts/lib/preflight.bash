# shellcheck shell=bash
# What scripts/deploy looks at before it starts: all that is missing is told at once.
# Nothing is changed by it.
# shellcheck disable=SC2154 # the flags are variables of scripts/deploy

missing=()
lacks() { missing+=("$1"); }

# setting NAME prints a value of the environment, as far as it is written down as it
# is: by --var, $TF_VAR_name, a file of variables, main.tf, or a default.
setting() {
	local v variable=TF_VAR_$1
	for v in "${vars[@]}"; do
		if [[ $v == "-var=$1="* ]]; then
			printf '%s' "${v#"-var=$1="}"
			return
		fi
	done
	v=${!variable:-}
	[ -n "$v" ] || v=$(written "$1" "${var_files[@]}" "$dir"/terraform.tfvars "$dir"/*.auto.tfvars "$dir"/*.tf)
	[ -n "$v" ] || v=$(default_of "$1")
	printf '%s' "$v"
}

# written NAME FILE… prints what the first file sets a name to, if that is a plain
# value. The block that says where the state is does not count.
written() {
	local name=$1 file v
	shift
	for file in "$@"; do
		[ -f "$file" ] || continue
		v=$(sed -nE "/^terraform \{/,/^\}/d; s/^[[:space:]]*${name}[[:space:]]*=[[:space:]]*(\"([^\"\$]*)\"|(true|false))[[:space:]]*(#.*)?\$/\2\3/p" "$file" | head -n 1)
		if [ -n "$v" ]; then
			printf '%s' "$v"
			return
		fi
	done
}

# default_of NAME prints the default of a variable of the environment.
default_of() {
	cat "$dir"/*.tf 2>/dev/null |
		sed -nE "/^variable \"$1\"/,/^\}/s/^[[:space:]]*default[[:space:]]*=[[:space:]]*\"?([^\"]*)\"?\$/\1/p" | head -n 1
}

# backend prints the bucket of the state, or "file" where there is no backend.
backend() {
	cat "$dir"/*.tf 2>/dev/null | sed -nE '/^[[:space:]]*backend "(gcs|s3)"/,/}/s/^[[:space:]]*bucket[[:space:]]*=[[:space:]]*"([^"]*)".*/\1/p' | grep . || echo file
}

needs_tool() { have "$1" || lacks "$1 is not installed${2:+: $2}"; }

preflight_tools() {
	needs_tool go https://go.dev/dl
	terraform=
	local name
	for name in terraform tofu; do
		if [ -z "$terraform" ] && have "$name"; then terraform=$name; fi
	done
	[ -n "$terraform" ] || lacks "neither terraform nor tofu is installed: https://developer.hashicorp.com/terraform/install or https://opentofu.org/docs/intro/install"
	if [ "$cloud" = gcp ]; then
		needs_tool gcloud https://cloud.google.com/sdk/docs/install
	else
		needs_tool aws https://docs.aws.amazon.com/cli
	fi
	needs_tool curl
}

preflight_folder() {
	local artifact=image
	[ "$cloud" = gcp ] || artifact=archive
	if ! ls "$dir"/*.tf >/dev/null 2>&1; then
		lacks "$dir has no Terraform: infra/README.md shows what an environment is"
		return
	fi
	grep -qsE "^variable \"$artifact\"" "$dir"/*.tf || lacks "$dir declares no variable \"$artifact\": what is built has to get into it"
	local file
	for file in "${var_files[@]}"; do
		[ -f "$file" ] || lacks "there is no file $file"
	done
	if [ "$(backend)" = file ] && [ "$local_state" = no ] && [ "$action" != plan ]; then
		lacks "$dir keeps its state in a file here, where nobody else has it: give it a backend, or say --local-state"
	fi
	if [ "$smoke" = yes ] && [ "$action" = apply ] && [ "$(setting public)" = true ] && [ -z "${ONEVENT_TOKEN:-}" ]; then
		lacks "\$ONEVENT_TOKEN is not set: the edge asks for a token of its issuer, and the smoke test needs one (or say --no-smoke)"
	fi
}

# apis FILE prints the APIs that a file of Terraform names, without that of budgets.
apis() { grep -oE '"[a-z]+\.googleapis\.com"' "$1" | tr -d '"' | grep -v '^billingbudgets' | sort -u; }

preflight_gcp() {
	project=$(setting project) region=$(setting region)
	[ -n "$project" ] || lacks "the project is not known: --var project=ID, or project = \"ID\" in $dir/terraform.tfvars"
	[ -n "$region" ] || lacks "the region is not known: --var region=europe-west3"
	have gcloud || return 0
	local account
	account=$(gcloud auth list --filter=status:ACTIVE --format='value(account)' 2>/dev/null) || account=
	[ -n "$account" ] || lacks "nobody is logged in: gcloud auth login"
	[ -n "${GOOGLE_APPLICATION_CREDENTIALS:-}${GOOGLE_OAUTH_ACCESS_TOKEN:-}" ] ||
		gcloud auth application-default print-access-token >/dev/null 2>&1 ||
		lacks "Terraform has no credentials: gcloud auth application-default login"
	if [ -z "$account" ] || [ -z "$project" ]; then return 0; fi
	good "$account, project $project, $region"
	preflight_project
	local bucket
	bucket=$(backend)
	[ "$bucket" = file ] || gcloud storage buckets describe "gs://$bucket" --format='value(name)' >/dev/null 2>&1 ||
		lacks "the bucket of the state, $bucket, is not there or not for you: terraform -chdir=infra/gcp/bootstrap apply makes it"
}

# preflight_project looks at the project itself.
preflight_project() {
	if ! gcloud projects describe "$project" --format='value(lifecycleState)' 2>/dev/null | grep -q ACTIVE; then
		lacks "the project $project is not there, or not for you: gcloud projects create $project"
		return
	fi
	[ "$(gcloud billing projects describe "$project" --format='value(billingEnabled)' 2>/dev/null || echo True)" = True ] ||
		lacks "the project $project has no billing account: gcloud billing projects link $project --billing-account=ID"
	local enabled api off=()
	enabled=$(gcloud services list --enabled --project="$project" --format='value(config.name)' 2>/dev/null) || enabled=
	for api in $(apis "$root/infra/gcp/bootstrap/main.tf"); do
		grep -qx "$api" <<<"$enabled" || off+=("$api")
	done
	[ ${#off[@]} -eq 0 ] || lacks "APIs are off: gcloud services enable ${off[*]} --project=$project"
	off=()
	for api in $(apis "$root/infra/gcp/apis.tf"); do
		grep -qx "$api" <<<"$enabled" || off+=("$api")
	done
	[ ${#off[@]} -eq 0 ] || note "APIs that Terraform turns on: ${off[*]}"
	preflight_rights
}

# preflight_rights asks the project what the account may do: some of what matters.
preflight_rights() {
	local want=(resourcemanager.projects.get run.services.get pubsub.topics.get datastore.databases.getMetadata) token granted p lack=()
	[ "$action" = plan ] || want+=(resourcemanager.projects.setIamPolicy serviceusage.services.enable iam.serviceAccounts.create
		run.services.create pubsub.topics.create datastore.databases.create secretmanager.secrets.create
		artifactregistry.repositories.create artifactregistry.repositories.uploadArtifacts cloudscheduler.jobs.create monitoring.alertPolicies.create)
	token=$(gcloud auth print-access-token 2>/dev/null) || return 0
	granted=$(curl --config <(printf 'header "Authorization: Bearer %s"\n' "$token") --silent --max-time 20 --json "{\"permissions\":[$(printf '"%s",' "${want[@]}" | sed 's/,$//')]}" \
		"https://cloudresourcemanager.googleapis.com/v1/projects/$project:testIamPermissions" 2>/dev/null) || granted=error
	if [[ $granted == *error* ]]; then
		note "what the account may do can't be asked"
		return
	fi
	for p in "${want[@]}"; do
		[[ $granted == *"\"$p\""* ]] || lack+=("$p")
	done
	[ ${#lack[@]} -eq 0 ] || lacks "the account lacks rights in $project: ${lack[*]}"
}

preflight_aws() {
	project=$(setting prefix) region=$(setting region)
	project=${project:-onevent} region=${region:-${AWS_REGION:-${AWS_DEFAULT_REGION:-}}}
	[ -n "$region" ] || lacks "the region is not known: --var region=eu-central-1, or \$AWS_REGION"
	if [ -z "$region" ] || ! have aws; then return 0; fi
	export AWS_REGION=$region AWS_DEFAULT_REGION=$region # version 1 of aws knows the second only
	local who
	if ! who=$(aws sts get-caller-identity --query '[Account,Arn]' --output text 2>&1); then
		lacks "nobody is logged in ($(tr -s '[:space:]' ' ' <<<"$who")): aws configure sso, aws sso login, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
		return
	fi
	read -r account who <<<"$who"
	good "$who, account $account, $region, names begin with $project"
	[ -z "${AWS_ENDPOINT_URL:-}" ] || note "all goes to $AWS_ENDPOINT_URL"
	local bucket
	bucket=$(backend)
	[ "$bucket" = file ] || aws s3api head-bucket --bucket "$bucket" >/dev/null 2>&1 ||
		lacks "the bucket of the state, $bucket, is not there or not for you: terraform -chdir=infra/aws/bootstrap apply makes it"
	[ "$action" = plan ] || preflight_actions "$who"
}

# preflight_actions ARN asks what who calls may do: some of what matters. The rights of
# an assumed role are those of the role.
# shellcheck disable=SC2016 # what is quoted is a query of aws
preflight_actions() {
	local arn=$1 denied
	if [[ $arn =~ ^(arn:[^:]+):sts:(.*):assumed-role/([^/]+)/ ]]; then arn="${BASH_REMATCH[1]}:iam:${BASH_REMATCH[2]}:role/${BASH_REMATCH[3]}"; fi
	if ! denied=$(aws iam simulate-principal-policy --policy-source-arn "$arn" --output text \
		--action-names lambda:CreateFunction dynamodb:CreateTable sns:CreateTopic sqs:CreateQueue iam:CreateRole iam:PassRole \
		s3:CreateBucket scheduler:CreateSchedule secretsmanager:CreateSecret cloudwatch:PutMetricAlarm logs:CreateLogGroup \
		--resource-arns "arn:aws:iam::$account:role/$project-edge" '*' \
		--query 'EvaluationResults[?EvalDecision!=`allowed`].EvalActionName' 2>/dev/null); then
		note "what the account may do can't be asked"
	elif [ -n "$denied" ]; then
		lacks "$arn lacks rights: $(tr -s '[:space:]' ' ' <<<"$denied")"
	fi
}

# preflight tells all that is missing, and ends with 2 if that is anything.
preflight() {
	step "before it starts"
	preflight_tools
	preflight_folder
	"preflight_$cloud"
	local m
	for m in "${missing[@]}"; do bad "$m"; done
	[ ${#missing[@]} -eq 0 ] || exit 2
	good "nothing is missing"
}
